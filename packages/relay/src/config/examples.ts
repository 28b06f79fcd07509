/** The whole configurations at the top of docs/config.md, which a test starts. */
export const EXAMPLES = `## Three whole configurations

**To try things out**, no file at all: development mode, here on port 4453.

    npx moq-relay --dev 4453

**A public server**: everybody may watch what is under \`live\`, and publish under \`live/guests\`.

\`\`\`toml
# relay.toml
[listen]
bind = "[::]:443"
tls.cert = "/etc/moq/fullchain.pem"
tls.key = "/etc/moq/privkey.pem"

[auth]
public_subscribe = "live"
public_publish = "live/guests"

[internal]
listen = "127.0.0.1:9090"
\`\`\`

**A cluster of three** on one machine: a root and two nodes, a file for each.

\`\`\`toml
# root.toml
listen.bind = "127.0.0.1:4440"
listen.tls.generate = "127.0.0.1"
web.http.listen = "127.0.0.1:4440"
auth.public = ""
\`\`\`

\`\`\`toml
# first.toml
listen.bind = "127.0.0.1:4443"
listen.tls.generate = "127.0.0.1"
web.http.listen = "127.0.0.1:4443"
auth.public = ""
connect.tls.insecure = true
cluster = { root = "127.0.0.1:4440", node = "127.0.0.1:4443" }
\`\`\`

\`\`\`toml
# second.toml
listen.bind = "127.0.0.1:4444"
listen.tls.generate = "127.0.0.1"
web.http.listen = "127.0.0.1:4444"
auth.public = ""
connect.tls.insecure = true
cluster = { root = "127.0.0.1:4440", node = "127.0.0.1:4444" }
\`\`\`

Whether a file can be used, certificates included, is said without starting anything by

    npx moq-relay --check relay.toml
`;

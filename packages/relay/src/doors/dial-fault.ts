/** Why a relay was not reached, as an operator must know it. Only these exist; the order is that in which they are looked for. */
export type DialFaultKind =
  | "no-way"
  | "own-settings"
  | "fingerprint"
  | "certificate-expired"
  | "certificate-not-yet-valid"
  | "certificate-name"
  | "certificate-unknown"
  | "certificate-refused-there"
  | "version"
  | "handshake"
  | "forbidden"
  | "full"
  | "not-let-in"
  | "refused-there"
  | "name"
  | "connection-refused"
  | "no-route"
  | "no-answer"
  | "other";

/** A dial that failed, for people. */
export interface DialFault {
  readonly kind: DialFaultKind;
  /** What was wrong, in plain words, as it goes on after a colon. */
  readonly wrong: string;
  /** What to type or change next: a sentence. */
  readonly advice: string;
  /** What the transports said. */
  readonly detail: string;
}

interface Sign extends Omit<DialFault, "detail"> {
  /** How a transport says it: rustls and quinn by QUIC, Node by WebSocket. */
  readonly said: RegExp;
}

const FULL = {
  wrong: "it takes no more sessions",
  advice: "Raise --limits-sessions there, or dial another relay.",
};

const NOT_LET_IN = {
  kind: "not-let-in",
  wrong: "it ended the session before it had begun",
  advice:
    "See that it lets relays in (--auth-public, or the credentials of this cluster), is a node of this cluster, and has room (--limits-sessions).",
} as const;

const A_CLIENT_THERE = {
  kind: "not-let-in",
  wrong: "it takes this relay for a client",
  advice:
    "See that it is a relay of this cluster, and takes what this one shows: --auth-key there for --auth-key and --cluster-token here, --listen-tls-root there for --connect-tls-cert here.",
} as const;

const ELSEWHERE = {
  kind: "not-let-in",
  wrong: "what this relay shows there is for another address",
  advice:
    "Give this relay the address in its credential (--cluster-node: the claim node of its token, or a name in its certificate), or a credential for the one it has.",
} as const;

const CLOCKS = "Compare the clocks of both machines";

/** What tells most comes first: a dial may have failed in two ways, over QUIC and over WebSocket. */
const SIGNS: readonly Sign[] = [
  {
    kind: "no-way",
    said: /--connect-tls-insecure/,
    wrong: "there is no QUIC here, and without it the relay's certificate cannot be checked",
    advice: "Run `npm run setup` to build the QUIC addon; to go without certificates, give --connect-tls-insecure.",
  },
  {
    kind: "own-settings",
    said: /a credential is shown only|no token could be made/,
    wrong: "the credential of this relay cannot be shown there",
    advice: "Leave --connect-tls-insecure out, dial by https or wss, and check --auth-key and --cluster-token.",
  },
  {
    kind: "own-settings",
    said: /not a SHA-256|found in the PEM|private key|^certificate: /i,
    wrong: "the certificates that this relay was given for dialling cannot be used",
    advice: "Check the files of --connect-tls-root, --connect-tls-cert and --connect-tls-key.",
  },
  {
    kind: "fingerprint",
    said: /ApplicationVerificationFailure|has another hash/,
    wrong: "its certificate has another fingerprint than those expected",
    advice:
      "Give its present one with --connect-tls-fingerprint (it is at /certificate.sha256 of its web listener), or trust the authority instead with --connect-tls-root.",
  },
  {
    kind: "certificate-expired",
    said: /certificate (has )?expired/i,
    wrong: "its certificate has expired",
    advice: `Renew it there (--listen-tls-cert, --listen-tls-key: new files are taken up without a restart). ${CLOCKS}.`,
  },
  {
    kind: "certificate-not-yet-valid",
    said: /not (yet valid|valid yet)/i,
    wrong: "its certificate is not valid yet",
    advice: `${CLOCKS}, or wait for it.`,
  },
  {
    kind: "certificate-name",
    said: /not valid for name|does not match certificate's altnames/,
    wrong: "its certificate is for another name than the one that is dialled",
    advice:
      "Dial it by a name in its certificate (--cluster-root, and --cluster-node there), or give it one with this name.",
  },
  {
    kind: "certificate-refused-there",
    said: /aborted by peer: .*error (4[2-9]|116)\b|alert (bad certificate|unknown ca|certificate)/i,
    wrong: "it does not accept the certificate of this relay",
    advice: "Give this relay one that the other trusts: --connect-tls-cert and --connect-tls-key.",
  },
  {
    kind: "certificate-unknown",
    said: /UnknownIssuer|invalid peer certificate|self.signed|unable to (get|verify).*certificate/i,
    wrong: "its certificate is by nobody whom this relay trusts",
    advice:
      "Trust its authority with --connect-tls-root <PEM file>, or exactly this certificate with --connect-tls-fingerprint <SHA-256> (it is at /certificate.sha256 of its web listener).",
  },
  {
    kind: "version",
    said: /error 120\b|support any known protocol|no application protocol/i,
    wrong: "the two relays have no version of moq-lite in common",
    advice:
      "Compare --connect-version here with --listen-version there; links between relays need moq-lite-04 or newer.",
  },
  {
    kind: "full",
    said: /refused to accept a new connection/,
    wrong: FULL.wrong,
    advice: FULL.advice,
  },
  {
    said: /closed at once/,
    ...NOT_LET_IN,
  },
  {
    kind: "handshake",
    said: /cryptographic handshake failed|EPROTO|SSL routines|socket hang up/,
    wrong: "the TLS handshake failed",
    advice: "See whether a relay listens there, and not another server; what was said is beside this line.",
  },
  {
    kind: "name",
    said: /ENOTFOUND|EAI_AGAIN|failed to lookup address|has no address/,
    wrong: "its name is not found",
    advice: "Check how it is written and whether DNS knows it; it is looked up again at each attempt.",
  },
  {
    kind: "connection-refused",
    said: /ECONNREFUSED|connection refused/i,
    wrong: "nobody listens there",
    advice: "Start the relay there, or correct host and port.",
  },
  {
    kind: "no-route",
    said: /EHOSTUNREACH|ENETUNREACH|unreachable/i,
    wrong: "the network has no way there",
    advice: "Check the address, and the routes and firewall between the two.",
  },
  {
    kind: "no-answer",
    said: /timed? ?out/i,
    wrong: "it does not answer",
    advice: "See whether the relay runs there and UDP to its port is let through.",
  },
];

const OTHER = { wrong: "the dial failed", advice: "What was said is beside this line." };

/**
 * Makes sense of a failed dial.
 *
 * @param detail what the transports said.
 * @param status the HTTP status with which the other end refused, if it came to that.
 */
export function dialFault(detail: string, status?: number): DialFault {
  if (status !== undefined) return { ...refusal(status), detail };
  const sign = SIGNS.find(({ said }) => said.test(detail));
  const { kind, wrong, advice } = sign ?? { kind: "other" as const, ...OTHER };
  return { kind, wrong, advice, detail };
}

/** A connection that stood, whose session ended before it was of any use: on raw QUIC a refusal looks so. */
export function notLetIn(detail: string): DialFault {
  if (/does not take this relay/.test(detail)) return { ...A_CLIENT_THERE, detail };
  return { ...(/is not for its address/.test(detail) ? ELSEWHERE : NOT_LET_IN), detail };
}

function refusal(status: number): Omit<DialFault, "detail"> {
  switch (status) {
    case 401:
    case 403:
      return {
        kind: "forbidden",
        wrong: `it does not let this relay in: no credential, or one that it does not take (status ${status})`,
        advice:
          "See that the two share keys (--auth-key) or give --cluster-token, that --cluster-node there is the address dialled here, and that the clocks agree; a relay outside the cluster takes ?jwt= in its URL.",
      };
    case 429:
    case 503:
      return {
        kind: "full",
        wrong: `${FULL.wrong} (status ${status})`,
        advice: FULL.advice,
      };
    default:
      return {
        kind: "refused-there",
        wrong: `it refused the request (status ${status})`,
        advice: "Check the path, and compare --connect-version here with --listen-version there.",
      };
  }
}

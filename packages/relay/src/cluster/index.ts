/**
 * The cluster: how several relays look like one.
 *
 * Every node knows the addresses of the roots (the same list everywhere) and keeps a link to each of them, for ever. A link is
 * an ordinary moq-lite-06 session whose ends have said hello to each other. Over it a node tells every root what entered the
 * cluster at it: what its clients publish. So each root knows all, and no two of them have to agree on anything: what a root
 * knows is what the nodes tell it now, and when it is gone the next one knows the same.
 *
 * A node asks one of the roots (a hash says which) for what its own clients want, and for nothing else: the prefixes that they
 * listen to, and the path of each broadcast that they subscribe to and that is not known here. That nobody has a broadcast is
 * an answer only from a root that has been up long enough for the nodes to have come back to it.
 *
 * A subscription is served at once over the root's link. Meanwhile the node dials the one where the broadcast entered, asks it
 * directly, and the route table finds the direct way to be the better one: the flow moves over, and the root is out of it. A
 * data link that carries nothing closes after a while. When a root is lost, what it told stays as stale until another one has
 * answered the same questions; players notice nothing.
 *
 * When no root can be reached any node can do a root's work. Every node remembers the members; those that come first in an order
 * that all agree on, and can be reached, are linked, asked to stand in, and from then on treated as roots. Whoever is asked
 * listens to all who ask, and answers for all. Nothing is elected and nothing decided: a member stands in because it is asked,
 * and ceases when nobody asks it, or a root is back for good.
 *
 * A node feeds a few relays with one broadcast (`maxLinks`), the first that ask. To others it names those, and they ask one of
 * them: so a broadcast spreads as a tree, which nobody plans. Who loses his place has his data over the root at once, keeps those
 * below him, and begins again at the top. Docs: docs/adr/0010.
 *
 * The files, from the outside in:
 *
 *   cluster         the assembly, and what the relay calls. Whatever happens ends in a new plan
 *   plan            pure: which links there should be, to whom, for what (entry: where a broadcast entered)
 *   outreach        carries out the dialling part of the plan: redial (one target, for ever), backoff (how long to wait)
 *   links, learner  one link, and how what its peer announces gets into the route table; direct asks a node for one path
 *   link-batch      what is told over a link: the first change at once, those that follow together
 *   export, answer  what is told to whom; a root that has just started does not say "nobody"
 *   directory       the seam: who has what in the cluster. own-directory: a root's; root-directory: everybody else's, with
 *                   interest (one question, which may move from root to root) and rendezvous (whom to ask)
 *   stand-ins       who does the roots' work while they are away: absence (are they?), front (who is to), remembered and
 *                   remembering (who is there; state-file keeps it), retelling (who stands in tells more)
 *   trees           this node's part in them: feeding (whom it feeds; branch: what one of them is told), redirects (where it is
 *                   sent), redirect (how that is said)
 *   flows           what is carried here, by which links
 *   demand          what is wanted here: questions of subscriptions, and how long they stay asked
 *   listing                         all that there is below a prefix, once
 *   members, names  where nodes can be dialled, and the names by which they say so
 *   disbelief       why a node is turned away that says to be where its credential is not
 *   status          what a node says of itself once a second; pulse-watch: whether it does
 *   census          who is known and who is linked, for people to look at
 */
export type { LinkedMember, Member } from "./census.ts";
export { Cluster, type ClusterSizes } from "./cluster.ts";
export { ClusterCounters } from "./counters.ts";
export type { Directory } from "./directory.ts";
export type * from "./options.ts";
export { DEFAULT_CAPS, DEFAULT_TIMES } from "./options.ts";
export { StateFile } from "./state-file.ts";
export { type LinkStatus, type NodeStatus, ownTracks } from "./status.ts";

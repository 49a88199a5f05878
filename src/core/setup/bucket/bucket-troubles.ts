import type { AccessRequest, Decision } from '../../policy/authorize.ts';
import { authorize } from '../../policy/authorize.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import { asList } from '../../policy/language.ts';
import type { DeliveryHeaders } from '../answers/answers.ts';
import type { DeliveryRoute } from '../delivery/delivery.ts';
import type { BucketRequests } from './bucket-requests.ts';
import { bucketRequests } from './bucket-requests.ts';
import { deliveriesOf, putActions, withDatesOf } from '../delivery/delivery.ts';
import { conditionKeysOf } from '../documents/evaluable.ts';
import { amend, exempted, without } from './mend-bucket-policy.ts';
import { everything, mayHold, othersIn, strangers } from './other-callers.ts';
import type { OtherCaller } from './other-callers.ts';
import { judgeDeliveries, oncePerKind } from '../delivery/judge-deliveries.ts';
import { settingsThatPass } from './settings-that-pass.ts';

/** A bucket policy, and whom it is asked about. */
export interface BucketPolicyView {
  policy: PolicyDocument;
  route: DeliveryRoute;
  /** What the role may do by its own policies. */
  identity: readonly PolicyDocument[];
  trustedAccount: string | undefined;
  /** Block Public Access keeps what is public from working. */
  publicAccessBlocked: boolean;
}

/** What a bucket policy does that it should not. */
export interface BucketTrouble {
  kind:
    | 'denies'
    | 'may-deny'
    | 'lacks'
    | 'role-may'
    | 'public'
    | 'public-but-blocked'
    | 'others-change'
    | 'others-read';
  /** `the statement TlsOnly`, `statement 2 and statement 3`. */
  statements: string;
  /** Deliveries do not pass: whether the access test asks for one of those, too. */
  isProbed?: boolean;
  /** What is denied or allowed, and to whom. */
  what: string;
  who: string;
  /** Headers of a delivery that end it, where some do. */
  settings?: DeliveryHeaders;
  /** TLS ends it: the URL of the server, which is reached without. */
  overTls?: string;
  /** The policy that ends it; undefined for none at all. */
  mended?: PolicyDocument | undefined;
}

/** Everything that is wrong with a bucket policy. Throws PolicyDocumentError for an operator that AWS does not have. */
export function bucketTroubles(asked: BucketPolicyView): BucketTrouble[] {
  const view = { ...asked, route: withDatesOf(asked.route, [asked.policy]) };
  const requests = bucketRequests(view.route, view.policy);
  return [
    ...deliveryTroubles(view),
    ...roleTroubles(view, requests),
    ...publicTroubles(view, requests),
    ...otherTroubles(view, requests),
  ];
}

/** Whether the deliveries pass; each is asked for, and the first that does not pass speaks for its kind. */
function deliveryTroubles(view: BucketPolicyView): BucketTrouble[] {
  const { policy, route, identity } = view;
  const judged = judgeDeliveries(deliveriesOf(route), { identity, resource: policy, resourceKind: 'bucket' });
  const bad = judged.filter(
    ({ verdict, decision }) => verdict !== 'allowed' && decision.layer === 'resource',
  );
  const refused = bad.filter(({ verdict }) => verdict === 'denied');
  const [worst] = refused.length > 0 ? refused : bad;
  if (worst === undefined) return [];
  const worse = refused.length > 0 ? refused : bad;
  const types = [...new Set(worse.map(({ type }) => type))];
  const { action } = worst.request;
  const what =
    bad.length === judged.length
      ? action
      : `${action} of ${types.join(', ')} (such as ${worst.request.resource})`;
  const isProbed = worse.some((delivery) => delivery.isProbed);
  const told = { who: 'who delivers', what, statements: labelOf(policy, worst.decision), isProbed };
  if (worst.decision.reason === 'implicit-deny')
    return [{ ...told, kind: 'lacks', mended: amend(policy, route) }];
  if (refused.length === 0)
    return [{ ...told, kind: 'may-deny', what: `${what}${onWhat(policy, worst.decision)}` }];
  return [
    {
      ...told,
      kind: 'denies',
      ...cureOfDenial(
        view,
        refused.map(({ request }) => request),
      ),
    },
  ];
}

function cureOfDenial(
  view: BucketPolicyView,
  refused: readonly AccessRequest[],
): Pick<BucketTrouble, 'settings' | 'overTls' | 'mended'> {
  const { policy, route, identity } = view;
  const passes = (other: Partial<DeliveryRoute>, document = policy, may = identity): boolean =>
    judgeDeliveries(deliveriesOf({ ...route, ...other }), {
      identity: may,
      resource: document,
      resourceKind: 'bucket',
    }).every(({ verdict }) => verdict !== 'denied');
  if (route.plainHttp !== undefined && passes({ secure: true })) return { overTls: route.plainHttp };
  // Rights that a header takes besides, the plan gives to the role once the setting is made.
  const settings = settingsThatPass(policy, route, (headers) => passes({ headers }, policy, [everything]));
  const mended = exempted(policy, route.caller, (document) =>
    refused
      .map((request) => authorize(request, { identity, resource: document, resourceKind: 'bucket' }, 'for'))
      .find(({ allowed, layer }) => !allowed && layer === 'resource'),
  );
  return { ...(settings === undefined ? {} : { settings }), mended };
}

/** What else the bucket policy lets the role do. */
function roleTroubles(
  { policy, route, identity }: BucketPolicyView,
  { reading, changing, writingBeside }: BucketRequests,
): BucketTrouble[] {
  const { caller, owner, deliverer, headers } = route;
  const own = new Set(putActions(deliverer, headers));
  // Across accounts the role's own policies must allow it as well; within one, the bucket's alone is enough.
  const may = caller.account === owner ? [] : identity;
  const more = changing.filter(({ action }) => !own.has(action));
  const requests = [...reading, ...more, ...writingBeside];
  return allowedOnes(
    { policy, requests, identity: may },
    { kind: 'role-may', who: 'the role that delivers' },
  );
}

function publicTroubles(
  { policy, route, publicAccessBlocked }: BucketPolicyView,
  { reading, changing, writingBeside, writing }: BucketRequests,
): BucketTrouble[] {
  const requests = [...reading, ...changing, ...writingBeside, ...writing];
  const anyone = strangers(policy, route);
  const open = requests.filter(
    oncePerKind({ identity: [], resource: policy }, (request) => anyone.may(request, policy)),
  );
  return mending(policy, open, {
    kind: publicAccessBlocked ? 'public-but-blocked' : 'public',
    who: 'anybody',
    stillOpen: (document) => open.find((request) => anyone.may(request, document)),
    blame: (request, document) => anyone.decision(request, document),
  });
}

/** Other accounts that the policy names. The trusted account may deliver: that is what it is trusted for. */
function otherTroubles(
  { policy, route, trustedAccount }: BucketPolicyView,
  { reading, changing, writingBeside, writing }: BucketRequests,
): BucketTrouble[] {
  return othersIn(policy, route).flatMap((other) => {
    const change = allowedTo(other, policy, [
      ...changing,
      ...writingBeside,
      ...(other.caller.account === trustedAccount ? [] : writing),
    ]);
    const who = other.name;
    if (change.length > 0) return troubleOf(other, policy, { kind: 'others-change', who, requests: change });
    const read = allowedTo(other, policy, reading);
    return troubleOf(other, policy, { kind: 'others-read', who, requests: read });
  });
}

function allowedTo(
  other: OtherCaller,
  policy: PolicyDocument,
  requests: readonly AccessRequest[],
): AccessRequest[] {
  return requests.filter(
    oncePerKind({ identity: [], resource: policy }, (request) => other.may(request, policy)),
  );
}

function troubleOf(
  other: OtherCaller,
  policy: PolicyDocument,
  { kind, who, requests }: { kind: BucketTrouble['kind']; who: string; requests: readonly AccessRequest[] },
): BucketTrouble[] {
  return mending(policy, requests, {
    kind,
    who,
    stillOpen: (document) => requests.find((request) => other.may(request, document)),
    blame: (request, document) => other.decision(request, document),
  });
}

interface Asked {
  policy: PolicyDocument;
  requests: readonly AccessRequest[];
  identity: readonly PolicyDocument[];
}

function allowedOnes(
  { policy, requests, identity }: Asked,
  { kind, who }: Pick<BucketTrouble, 'kind' | 'who'>,
): BucketTrouble[] {
  const decide = (request: AccessRequest, document: PolicyDocument): Decision =>
    authorize(
      { ...request, isUnknown: mayHold },
      { identity, resource: document, resourceKind: 'bucket' },
      'for',
    );
  const open = requests.filter(
    oncePerKind({ identity, resource: policy }, (request) => decide(request, policy).allowed),
  );
  return mending(policy, open, {
    kind,
    who,
    stillOpen: (document) => open.find((request) => decide(request, document).allowed),
    blame: decide,
  });
}

/** Takes out one statement after the other that allows it, until nothing does. */
function mending(
  policy: PolicyDocument,
  open: readonly AccessRequest[],
  {
    kind,
    who,
    stillOpen,
    blame,
  }: Pick<BucketTrouble, 'kind' | 'who'> & {
    stillOpen: (document: PolicyDocument) => AccessRequest | undefined;
    blame: (request: AccessRequest, document: PolicyDocument) => Decision;
  },
): BucketTrouble[] {
  if (open.length === 0) return [];
  const labels: string[] = [];
  let mended = policy;
  for (let rounds = asList(policy.Statement).length; rounds > 0; rounds--) {
    const request = stillOpen(mended);
    if (request === undefined) break;
    const decision = blame(request, mended);
    labels.push(labelOf(mended, decision));
    mended = without(mended, decision.statement?.index ?? 0);
  }
  const actions = [...new Set(open.map(({ action }) => action))];
  const rest = asList(mended.Statement).length === 0 ? undefined : mended;
  return [{ kind, who, what: inShort(actions), statements: labels.join(' and '), mended: rest }];
}

const mostNamed = 4;

function inShort(actions: readonly string[]): string {
  const rest = actions.length - mostNamed;
  return rest <= 0 ? actions.join(', ') : `${actions.slice(0, mostNamed).join(', ')} and ${rest} more`;
}

function onWhat(policy: PolicyDocument, { statement }: Decision): string {
  const keys = conditionKeysOf(asList(policy.Statement)[statement?.index ?? 0]?.Condition).map(
    ({ name }) => name,
  );
  return keys.length === 0 ? '' : `, depending on ${[...new Set(keys)].join(', ')}`;
}

function labelOf(policy: PolicyDocument, { statement }: Decision): string {
  const index = statement?.index ?? 0;
  const { Sid: sid } = asList(policy.Statement)[index] ?? {};
  return sid === undefined || sid === '' ? `statement ${index + 1}` : `the statement ${sid}`;
}

/** Where a server is known to differ from what the contract claims, and why that is accepted. Listed in docs/rehearse.md too. */
export const differences: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  rehearse: {},
  moto: {
    'a Content-MD5 that is none is InvalidDigest': 'answers BadDigest: compares without looking at the form',
    'a key of 1,025 bytes is too long': 'counts characters, and only warns',
    'names differ by more than case': 'keeps names apart that differ in case only',
    'a role name of 65 characters is refused': 'does not check the names of roles',
    'a role name with a space is refused': 'does not check the names of roles',
    'a trust policy that names somebody who does not exist is MalformedPolicyDocument':
      'does not look principals up',
    'attaching a policy twice is attaching it once': 'counts every attach',
    'a policy above 6,144 characters is LimitExceeded': 'does not check the size of policies',
    'a name with capitals or an underscore is InvalidBucketName': 'takes names of the time before 2018',
    'a new bucket blocks all public access': 'makes buckets as before April 2023',
    'an ACL is refused where the owner owns every object': 'keeps object ownership without acting on it',
    'a bucket policy that is no JSON is MalformedPolicy': 'keeps any text',
    'notification to EventBridge is switched on and off': 'acts on the setting but does not show it',
    'a queue that does not let S3 in can not be told': 'does not ask the policy of the queue',
    'two rules may not share an event of a key': 'takes rules that overlap',
    'a duration above the limit of the role is refused': 'does not look at the role for the duration',
    'HEAD of a bucket in another region is 301, and names the region in a header':
      'answers 200 from every region',
    'a clock that is 20 minutes off is RequestTimeTooSkewed': 'does not look at the clock',
    'a body that is not the signed one is refused': 'does not compare the body with its signed hash',
    'every reply carries its request ids': 'sends none with HEAD',
  },
};

/** The reason why a claim is not held against a server; undefined where it is. */
export function knownDifference(server: string, claim: string): string | undefined {
  return differences[server]?.[claim];
}

/** The partitions of AWS: worlds of their own, with their own accounts and their own ARNs. */
export type AwsPartition =
  | 'aws'
  | 'aws-us-gov'
  | 'aws-cn'
  | 'aws-iso'
  | 'aws-iso-b'
  | 'aws-iso-e'
  | 'aws-iso-f'
  | 'aws-eusc';

/** How the regions of the other partitions begin. Source: the SDKs' partitions.json; "AWS partitions", AWS Whitepapers. */
const byRegionStart: readonly (readonly [string, AwsPartition])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-isof-', 'aws-iso-f'],
  ['eusc-', 'aws-eusc'],
];

/** The partition that a region belongs to; a region that is not known is taken to be commercial. */
export function partitionOf(region: string): AwsPartition {
  return byRegionStart.find(([start]) => region.startsWith(start))?.[1] ?? 'aws';
}

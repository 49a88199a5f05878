/** Who delivers: a vendor's service from its own account, or this tool with credentials of an account. */
export type Deliverer = 'vendor' | 'audit-export';

/** Where the set-up of a profile stands: answers only; role and policy are made; tested as well. */
export type ProfileState = 'draft' | 'applied' | 'active';

/** What `init` was told, beside what the other members of the profile say. */
export interface ProfileSetup {
  readonly accountId?: string;
  readonly organizationId?: string;
  /** Where it is not said: a vendor's service, if `init` made the profile. */
  readonly deliverer?: Deliverer;
  readonly writeOnce?: boolean;
  /** All types were asked for: there is no list. */
  readonly types?: 'all';
  /** The external id that is to come, and the one that is to go, while one takes the place of the other. */
  readonly nextOrganizationId?: string;
  readonly previousOrganizationId?: string;
  /** Until `to` holds them. */
  readonly bucket?: string;
  readonly prefix?: string;
  readonly roleName?: string;
  readonly policyName?: string;
  readonly kmsKeyArn?: string;
  readonly inlinePolicy?: boolean;
  readonly customerAccountId?: string;
  readonly unfinishedBucket?: string;
}

/** A profile as it stands in the file: one configured export. Only a draft may do without `to`. */
export type Profile = Readonly<Record<string, unknown>> & {
  readonly to?: string;
  readonly state?: ProfileState;
  readonly region?: string;
  readonly endpointUrl?: string;
  readonly pathStyle?: boolean;
  readonly kmsKeyId?: string;
  readonly sse?: string;
  readonly acl?: string;
  readonly storageClass?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly types?: readonly string[];
  readonly expect?: Readonly<Record<string, string>>;
  readonly bucketOwner?: string;
  readonly role?: { readonly arn: string; readonly externalId?: string };
  readonly setup?: ProfileSetup;
};

export interface Config {
  $schema?: string;
  defaultProfile?: string;
  profiles: Readonly<Record<string, Profile>>;
}

/** The configuration file, for the commands that change it. */
export interface ConfigStore {
  /** The file in use; where there is none yet, the one that `update` will make. */
  readonly file: string;
  /** Reads it; undefined where there is none. Throws `config-invalid`. */
  read: () => Promise<Config | undefined>;
  /**
   * Reads it, changes it and writes it in one step: a reader sees the file before or after, never a part, and only its
   * owner can read it. Throws `config-invalid` and `config-not-written`.
   */
  update: (change: (config: Config) => Config) => Promise<void>;
}

import { userInfo } from 'node:os';

/** The home of whoever runs this: HOME, else what the system knows of the user id; undefined where it knows none. */
export function homeFolder({ HOME = '' }: Readonly<Record<string, string | undefined>>): string | undefined {
  if (HOME !== '') return HOME;
  try {
    return userInfo().homedir || undefined;
  } catch {
    // A user id that stands in no list of users, as in many containers.
    return undefined;
  }
}

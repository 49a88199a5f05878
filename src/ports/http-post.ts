/** What a server answered to a POST. */
export interface PostAnswer {
  status: number;
  contentType: string;
  body: string;
}

/** Posts text to a server. Throws what the network fails with; an answer of whatever status is none. */
export type HttpPost = (url: string, body: string, signal: AbortSignal) => Promise<PostAnswer>;

/** Where files go. A file appears whole or not at all, and takes the place of one with the same name. */
export interface Place {
  /** The whole name of a file, for people. */
  nameOf(name: string): string;
  /** @throws unprocessable for a place that takes nothing until a person changes something; TributaryError otherwise. */
  put(name: string, content: Buffer): Promise<void>;
}

/** What can a caller of the speech service have done wrong? */

/** One sentence for the caller, with its HTTP status. */
export class ServiceError extends Error {
  override name = "ServiceError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The program cannot do its work here: one sentence, and exit code 3. */
export class StartError extends Error {
  override name = "StartError";
}

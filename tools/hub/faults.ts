/** Owns misbehaving on purpose: what goes wrong, for which path, and how often. */

/** What goes wrong. Bytes are those of one answer's body. */
export type Fault =
  /** Breaks the connection. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** Sends nothing more and keeps the connection. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** Ends properly, with fewer bytes than its head says. */
  | { readonly kind: 'wrongLength'; readonly missingBytes: number }
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Has another ETag, as after a new upload; and is so much longer. */
  | { readonly kind: 'changed'; readonly addedBytes?: number }
  /** Knows no ranges: answers 200 with everything. */
  | { readonly kind: 'whole' }
  /** Says that the signed address has expired. */
  | { readonly kind: 'expired' };

/** A fault and where it strikes. */
export type Misbehaviour = Fault & {
  /** `hub` answers the stable addresses and the API, `files` the signed addresses. */
  readonly server: 'hub' | 'files';
  /** What the path begins with; on `files` the path of the file, as on `hub`. Without it every path. */
  readonly path?: string;
  /** How many requests are answered well before; 0 without it. */
  readonly skip?: number;
  /** How many requests it strikes; all without it. */
  readonly times?: number;
};

/** The faults of one server, counted down as they strike. */
export class Faults {
  #rules: { readonly rule: Misbehaviour; skip: number; times: number }[] = [];

  /** Takes these in place of those before. */
  set(rules: readonly Misbehaviour[]): void {
    this.#rules = rules.map((rule) => ({ rule, skip: rule.skip ?? 0, times: rule.times ?? Infinity }));
  }

  /** The fault that strikes this request, or null; the first that fits. */
  next(server: Misbehaviour['server'], path: string): Fault | null {
    for (const entry of this.#rules) {
      const { rule } = entry;
      if (rule.server !== server || !path.startsWith(rule.path ?? '') || entry.times === 0) continue;
      if (entry.skip > 0) {
        entry.skip -= 1;
        continue;
      }
      entry.times -= 1;
      return rule;
    }
    return null;
  }
}

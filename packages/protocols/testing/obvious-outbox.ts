/** An outbox written down as a list, slowly: tests compare the real one with it. */

interface Item {
  readonly number: number;
  readonly bytes: number;
  state: 'waiting' | 'sent' | 'sent before';
  isInWindow: boolean;
}

export class ObviousOutbox {
  items: Item[] = [];
  lastNumber = 0;
  givenUp = 0;
  readonly #mostItems: number;
  readonly #mostBytes: number;
  readonly #window: number;

  constructor(mostItems: number, mostBytes: number, window: number) {
    this.#mostItems = mostItems;
    this.#mostBytes = mostBytes;
    this.#window = window;
  }

  get bytes(): number {
    return this.items.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get inWindow(): number {
    return this.items.filter(({ isInWindow }) => isInWindow).length;
  }

  add(bytes: number): number[] {
    this.lastNumber += 1;
    const before = this.items;
    const item: Item = { number: this.lastNumber, bytes, state: 'waiting', isInWindow: false };
    if (bytes > this.#mostBytes) {
      this.givenUp += 1;
      return [item.number];
    }
    this.items = [...this.items, item];
    while (this.items.length > this.#mostItems || this.bytes > this.#mostBytes) {
      this.items = this.items.slice(1);
    }
    const gone = [...before, item].filter((each) => !this.items.includes(each));
    this.givenUp += gone.length;
    return gone.map(({ number }) => number);
  }

  next(): number | undefined {
    if (this.inWindow >= this.#window) return undefined;
    const item = this.items.find(({ state }) => state === 'waiting');
    if (item === undefined) return undefined;
    item.state = 'sent';
    item.isInWindow = true;
    return item.number;
  }

  send(number: number): boolean {
    const item = this.items.find((each) => each.number === number);
    if (item?.state !== 'waiting') return false;
    item.state = 'sent';
    return true;
  }

  confirmUpTo(number: number): number {
    const kept = this.items.filter((each) => each.number > number);
    const count = this.items.length - kept.length;
    this.items = kept;
    return count;
  }

  confirm(number: number): boolean {
    const kept = this.items.filter((each) => each.number !== number);
    const isThere = kept.length < this.items.length;
    this.items = kept;
    return isThere;
  }

  disconnected(): void {
    this.#takeBack(({ state }) => state !== 'waiting');
  }

  resend(): number {
    const count = this.#takeBack(({ state }) => state === 'sent before');
    for (const item of this.items) if (item.state === 'sent') item.state = 'sent before';
    return count;
  }

  /** Ends the program and starts it again. */
  restart(): void {
    this.givenUp = 0;
    this.disconnected();
  }

  #takeBack(isMeant: (item: Item) => boolean): number {
    const back = this.items.filter(isMeant);
    for (const item of back) {
      item.state = 'waiting';
      item.isInWindow = false;
    }
    return back.length;
  }
}

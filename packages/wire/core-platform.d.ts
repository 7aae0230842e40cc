/**
 * The only platform globals that wire uses, for the type check of the cores,
 * which knows neither DOM nor Node (tsconfig.core.json): pure functions of text.
 */
declare function atob(data: string): string;
declare function btoa(data: string): string;
declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}

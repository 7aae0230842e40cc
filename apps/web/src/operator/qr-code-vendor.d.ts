/** The drawing part of `qrcode-terminal`, without the terminal: Kazuhiko Arase's generator (MIT). */
declare module 'qrcode-terminal/vendor/QRCode/index.js' {
  class QRCode {
    /** `type` -1 takes the smallest that holds the data; `errorCorrection` 0 is M, 1 is L. */
    constructor(type: number, errorCorrection: number);
    addData(text: string): void;
    make(): void;
    getModuleCount(): number;
    isDark(row: number, column: number): boolean;
  }
  export default QRCode;
}

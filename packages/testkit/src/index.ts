export { launchChromium } from './chromium.ts';
export { chromiumCommands, findProgram } from './programs.ts';
export { temporaryFolder } from './temporary-folder.ts';

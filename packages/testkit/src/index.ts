export { chromiumCommands, findProgram } from './programs.ts';

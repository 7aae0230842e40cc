export { launchChromium, launchChromiumProfile, launchTrustingChromium } from './chromium.ts';
export { freePort, freePorts } from './free-ports.ts';
export { type HttpAnswer, type HttpRequest, httpRequest } from './http-request.ts';
export { type RunningMosquitto, startMosquitto, startMosquittoWith } from './mosquitto.ts';
export { chromiumCommands, findProgram, pythonCommands } from './programs.ts';
export { type ProgramResult, runProgram } from './run-program.ts';
export { temporaryFolder } from './temporary-folder.ts';

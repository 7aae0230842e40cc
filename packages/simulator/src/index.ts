export { calm, type FaultProfile, healAll, injectFaults } from './fault-injection.ts';
export {
  checkSeeds,
  expectAtLeast,
  isCaught,
  runSeeds,
  type Scenario,
  type ScenarioResult,
  type SeedFailure,
  type SeedsOutcome,
  seedRange,
} from './scenario.ts';
export type { ClockFaults } from './sim-clock.ts';
export { type PathFaults, perfectPath, SimNetwork } from './sim-network.ts';
export {
  type AnswerTimes,
  type DiskTimes,
  type ProcessOptions,
  type ProcessStart,
  SimProcess,
} from './sim-process.ts';
export { Simulation, type SimulationOptions } from './simulation.ts';
export { replayCommand, SimulationFailure } from './simulation-failure.ts';
export { Trace } from './trace.ts';

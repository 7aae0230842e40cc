export { calm, type FaultProfile, injectFaults } from './fault-injection.ts';
export {
  checkSeeds,
  replayCommand,
  type Scenario,
  type ScenarioResult,
  type SeedFailure,
  type SeedsOutcome,
  seedRange,
} from './scenario.ts';
export { type PathFaults, perfectPath, SimNetwork } from './sim-network.ts';
export { type DiskTimes, type ProcessOptions, type ProcessStart, SimProcess } from './sim-process.ts';
export { Simulation, SimulationFailure, type SimulationOptions } from './simulation.ts';
export { Trace } from './trace.ts';

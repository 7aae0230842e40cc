export { demoGreenhouses } from './demo-greenhouses.ts';
export { edgeLogLevels, edgeSchema } from './edge-schema.ts';
export { type BrokerSetup, type EdgeSetup, edgeDefaults } from './edge-setup.ts';
export { hostSetup } from './host-sensors.ts';
export { type EdgeTexts, edgeFlagNames, loadEdgeSetup } from './load-edge-setup.ts';
export { parseEdgeFile } from './parse-edge-file.ts';
export { sensorSchemas } from './sensor-schema.ts';
export type { SensorSetup } from './sensor-setup.ts';
export { simulatedSensors } from './simulated-sensors.ts';

export { type CalibrationTable, tableProblem } from './calibration-table.ts';
export { type PipelineOptions, ReadingPipeline } from './reading-pipeline.ts';
export { mostSmoothed, type Smoothing } from './smoother.ts';
export { knownUnits, type LinearChange, unitConversion } from './units.ts';

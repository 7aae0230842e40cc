export {
  type AskedCache,
  CacheAside,
  type CacheAsideOptions,
  type Ended,
  type Loaded,
} from './caching/cache-aside.ts';
export {
  type Heard,
  type Invalidation,
  InvalidationFollower,
  InvalidationSender,
} from './caching/invalidations.ts';
export { LruCache, type LruCacheOptions } from './caching/lru-cache.ts';
export {
  type ReadAnswer,
  ReadThrough,
  type ReadThroughOptions,
  type ReadThroughOutput,
  type StoreAnswer,
} from './caching/read-through.ts';
export {
  type AskedFlight,
  type Flight,
  SingleFlight,
  type SingleFlightOptions,
} from './caching/single-flight.ts';
export { WriteBehind, type WriteBehindOptions } from './caching/write-behind.ts';
export { WriteThrough, type WriteThroughOptions, type WriteThroughOutput } from './caching/write-through.ts';
export {
  type CausalArrival,
  CausalBuffer,
  type CausalBufferOptions,
  type CausalMessage,
} from './clocks/causal-buffer.ts';
export {
  compareHlc,
  type Hlc,
  HybridLogicalClock,
  type HybridLogicalClockOptions,
  type Observation,
  zeroHlc,
} from './clocks/hybrid-logical-clock.ts';
export {
  compareLamport,
  LamportClock,
  type LamportClockOptions,
  type LamportObservation,
  type LamportStamp,
} from './clocks/lamport-clock.ts';
export {
  type ClockExchange,
  type ClockOffset,
  type ExchangeVerdict,
  OffsetEstimate,
  type OffsetEstimateOptions,
} from './clocks/offset-estimate.ts';
export {
  happenedBefore,
  VectorClock,
  type VectorClockOptions,
  type VectorObservation,
  type VectorRefusal,
  type VectorStamp,
  type VectorTime,
} from './clocks/vector-clock.ts';
export { type WallClockOffset, WallOffset } from './clocks/wall-offset.ts';
export type {
  CommitMessage,
  CommitOutcome,
  CommitOutput,
  CommitRecord,
  TransactionId,
  Vote,
} from './commit/commit-messages.ts';
export { type Begun, Saga, type SagaOptions } from './commit/saga.ts';
export type {
  SagaId,
  SagaOutput,
  SagaProgress,
  SagaRecord,
  SagaState,
  SagaStep,
  StepOutcome,
} from './commit/saga-messages.ts';
export {
  type CoordinatorOutput,
  type TransactionState,
  TwoPhaseCoordinator,
  type TwoPhaseCoordinatorOptions,
} from './commit/two-phase-coordinator.ts';
export {
  type MayPrepare,
  type ParticipantOutput,
  TwoPhaseParticipant,
  type TwoPhaseParticipantOptions,
} from './commit/two-phase-participant.ts';
export { RaftMember } from './consensus/raft/raft-member.ts';
export type {
  EntryContent,
  MemberId,
  RaftConfiguration,
  RaftEntry,
  RaftInput,
  RaftMessage,
  RaftOptions,
  RaftOutput,
  RaftRefusal,
  RaftRole,
  RaftSnapshot,
  RaftStored,
  RaftWrite,
} from './consensus/raft/raft-messages.ts';
export {
  type CausalOperation,
  type CausalPattern,
  type CausalVerdict,
  causalPatterns,
  checkCausal,
} from './consistency/causal.ts';
export {
  checkEventual,
  checkStrongEventual,
  type EventualVerdict,
  type ReplicaObservation,
} from './consistency/eventual.ts';
export { type CheckLimits, checkLinearizable } from './consistency/linearizability.ts';
export {
  type ClaimInput,
  claimModel,
  closedUp,
  type LogInput,
  type LogOutput,
  logModel,
  type NumberInput,
  nextNumberModel,
  type ObjectModel,
  type Operation,
  type RegisterInput,
  type RegisterOutput,
  registerModel,
  type Verdict,
} from './consistency/operation.ts';
export { checkSequential } from './consistency/sequential.ts';
export type {
  ClearTimer,
  Core,
  Durable,
  Early,
  Found,
  Kinded,
  Lookup,
  Now,
  Persist,
  Seal,
  Sealed,
  SetTimer,
  TimerFired,
} from './core.ts';
export {
  HeartbeatDetector,
  type HeartbeatDetectorOptions,
  type Liveness,
} from './detection/heartbeat-detector.ts';
export { PhiAccrualDetector, type PhiAccrualDetectorOptions } from './detection/phi-accrual-detector.ts';
export { RhythmDetector, type RhythmDetectorOptions } from './detection/rhythm-detector.ts';
export { Swim } from './detection/swim/swim.ts';
export type {
  ProbeOutcome,
  SwimInput,
  SwimMember,
  SwimMessage,
  SwimOutput,
  SwimStatus,
  SwimUpdate,
} from './detection/swim/swim-messages.ts';
export type { SwimOptions } from './detection/swim/swim-options.ts';
export {
  Fence,
  type Lease,
  type LeaseChange,
  LeaseRegistry,
  type LeaseRegistryOptions,
  type Registered,
} from './discovery/lease-registry.ts';
export { TwoChoices, type TwoChoicesOptions } from './discovery/two-choices.ts';
export { PolitePeer } from './negotiation/polite-peer.ts';
export type {
  ArrivedDescription,
  DescriptionType,
  DroppedCandidateReason,
  IgnoredAnswerReason,
  IgnoredOfferReason,
  NegotiationOperation,
  PolitePeerInput,
  PolitePeerOptions,
  PolitePeerOutput,
  SignalingState,
} from './negotiation/polite-peer-messages.ts';
export { HashRing, type HashRingOptions, type RingMember } from './partitioning/hash-ring.ts';
export { keyHash } from './partitioning/key-hash.ts';
export { dayMs, dayOf, type Range, RangePartitions } from './partitioning/ranges.ts';
export {
  type Members,
  type Placement,
  type RebalanceReport,
  rebalanceReport,
} from './partitioning/rebalance-report.ts';
export { type Move, type Rebalanced, rebalance } from './partitioning/rebalancer.ts';
export { rendezvousOrder, rendezvousOwner } from './partitioning/rendezvous.ts';
export { type Random, seededRandom } from './random.ts';
export { type CheckpointOptions, CheckpointSchedule, type CheckpointStart } from './recovery/checkpoint.ts';
export {
  type Checkpoint,
  type ReadRecord,
  type Replayed,
  type ReplayOptions,
  replayLog,
} from './recovery/log-replay.ts';
export {
  AntiEntropy,
  type AntiEntropyAnswer,
  type AntiEntropyMessage,
  type AntiEntropyOptions,
  type AntiEntropyOutput,
  type AntiEntropyQuery,
} from './replication/anti-entropy.ts';
export { CatchUp, type CatchUpOptions, type LogPage } from './replication/catch-up.ts';
export {
  type ChainEnd,
  type ChainedEntry,
  chainStanding,
  ForkSearch,
} from './replication/log-chain.ts';
export {
  type ComparedLog,
  type ComparisonOptions,
  type Difference,
  MerkleComparison,
} from './replication/merkle-comparison.ts';
export {
  type Digest,
  levelOf,
  type MerkleOptions,
  type MerkleRange,
  MerkleTree,
} from './replication/merkle-tree.ts';
export {
  PrimaryBackup,
  type PrimaryBackupMessage,
  type PrimaryBackupOptions,
  type PrimaryBackupOutput,
  type ReplicaStored,
  type ReplicatedEntry,
} from './replication/primary-backup.ts';
export {
  compareVersions,
  nothingHeld,
  QuorumClient,
  type QuorumMessage,
  type QuorumOptions,
  type QuorumOutput,
  QuorumReplica,
  type QuorumVersion,
  type ReplicaOutput,
  type Versioned,
} from './replication/quorum.ts';
export {
  type MissingRange,
  type VersionVector,
  vectorAdvance,
  vectorCompare,
  vectorGet,
  vectorMerge,
  vectorMissing,
} from './replication/version-vector.ts';
export { Bulkhead, type BulkheadOptions, type Entered } from './resilience/bulkhead.ts';
export {
  CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitCall,
  type CircuitState,
} from './resilience/circuit-breaker.ts';
export { ExponentialBackoff, type ExponentialBackoffOptions } from './resilience/exponential-backoff.ts';
export { type AddedItem, Outbox, type OutboxOptions, type RestoredOutbox } from './resilience/outbox.ts';
export { TokenBucket, type TokenBucketOptions } from './resilience/token-bucket.ts';
export { TokenBuckets, type TokenBucketsOptions } from './resilience/token-buckets.ts';

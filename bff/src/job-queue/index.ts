export type { EnqueueOptions, JobQueue, JobQueueOptions, WorkOptions } from './job-queue.ts';
export { createJobQueue } from './job-queue.ts';
export type { Job } from './worker.ts';

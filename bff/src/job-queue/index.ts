export type { EnqueueOptions, Job, JobQueue, JobQueueOptions, WorkOptions } from './job-queue.ts';
export { createJobQueue } from './job-queue.ts';

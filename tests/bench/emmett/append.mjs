// Appends by emmett's PostgreSQL event store. Reads one workload a line from standard input (JSON: writers, commits,
// perCommit, state), answers each with one line: seconds of wall and of processor time.
import { createInterface } from 'node:readline';
import { randomUUID } from 'node:crypto';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';

const store = getPostgreSQLEventStore(process.argv[2]);
await store.schema.migrate();

async function writer({ commits, perCommit, state }) {
  const stream = `case-${randomUUID()}`;
  let expectedStreamVersion = 'STREAM_DOES_NOT_EXIST';
  for (let commit = 0; commit < commits; commit++) {
    const events = Array.from({ length: perCommit }, () => ({ type: 'CaseFile.DataSubmitted', data: state }));
    const appended = await store.appendToStream(stream, events, { expectedStreamVersion });
    expectedStreamVersion = appended.nextExpectedStreamVersion;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const workload = JSON.parse(line);
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  await Promise.all(Array.from({ length: workload.writers }, () => writer(workload)));
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const used = process.cpuUsage(cpu);
  console.log(JSON.stringify({ seconds, cpu_seconds: (used.user + used.system) / 1e6 }));
}
await store.close();

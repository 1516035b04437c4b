// The newest official JavaScript SDK before the service: prints one JSON line per check, with its error or null.
import assert from "node:assert/strict";
import { Client } from "@langchain/langgraph-sdk";

const client = new Client({ apiUrl: process.argv[2], apiKey: null });
const HELLO = { messages: [{ role: "user", content: "hi" }] };
const checks = [];
const check = (name, does) => checks.push([name, does]);
const thread = async () => (await client.threads.create()).thread_id;
const all = async (stream) => {
  const found = [];
  for await (const part of stream) found.push(part);
  return found;
};

check("assistants are created, found, changed and deleted", async () => {
  const made = await client.assistants.create({ graphId: "agent", name: "js", metadata: { js: true } });
  const id = made.assistant_id;
  assert.equal((await client.assistants.get(id)).name, "js");
  assert.ok((await client.assistants.search({ metadata: { js: true } })).length >= 1);
  assert.ok((await client.assistants.count({ metadata: { js: true } })) >= 1);
  assert.equal((await client.assistants.update(id, { name: "js2" })).version, 2);
  assert.equal((await client.assistants.getVersions(id)).length, 2);
  assert.equal((await client.assistants.setLatest(id, 1)).version, 1);
  await client.assistants.delete(id);
});
check("graphs are drawn and described", async () => {
  const [{ assistant_id: id }] = await client.assistants.search({ graphId: "parent" });
  assert.ok((await client.assistants.getGraph(id, { xray: true })).nodes.length > 2);
  assert.ok((await client.assistants.getSchemas(id)).state_schema);
  assert.deepEqual(Object.keys(await client.assistants.getSubgraphs(id)), ["child"]);
});
check("threads are created, found, changed, copied and deleted", async () => {
  const id = await thread();
  await client.threads.update(id, { metadata: { js: id } });
  assert.deepEqual((await client.threads.get(id)).metadata, { js: id });
  assert.equal((await client.threads.search({ metadata: { js: id } })).length, 1);
  assert.equal(await client.threads.count({ metadata: { js: id } }), 1);
  const twin = await client.threads.copy(id);
  await client.threads.delete(id);
  assert.deepEqual(await client.threads.prune([twin.thread_id]), { pruned_count: 1 });
});
check("a state is read, changed and remembered", async () => {
  const id = await thread();
  await client.runs.wait(id, "agent", { input: HELLO });
  await client.threads.updateState(id, { values: { steps: ["js"] }, asNode: "model" });
  const state = await client.threads.getState(id);
  assert.deepEqual(state.values.steps, ["model", "after", "js"]);
  assert.equal((await client.threads.getHistory(id, { limit: 2 })).length, 2);
  assert.deepEqual((await client.threads.getState(id, state.checkpoint)).values, state.values);
});
check("a run is streamed and tells its ids at once", async () => {
  let ids;
  const onRunCreated = (created) => (ids = created);
  const streamMode = ["values", "updates", "messages-tuple", "custom"];
  const parts = await all(client.runs.stream(await thread(), "agent", { input: HELLO, streamMode, onRunCreated }));
  assert.equal(parts[0].event, "metadata");
  assert.ok(ids.run_id && ids.thread_id);
  assert.equal(parts.filter((part) => part.event === "messages").length, 7);
});
check("a run without a thread is streamed", async () => {
  const parts = await all(client.runs.stream(null, "agent", { input: HELLO, streamMode: "updates" }));
  assert.deepEqual(parts.map((part) => part.event), ["metadata", "updates", "updates"]);
});
check("a background run is read, listed, joined and deleted", async () => {
  const id = await thread();
  const run = await client.runs.create(id, "agent", { input: HELLO, streamResumable: true });
  assert.deepEqual((await client.runs.join(id, run.run_id)).steps, ["model", "after"]);
  assert.equal((await client.runs.get(id, run.run_id)).status, "success");
  assert.equal((await client.runs.list(id)).length, 1);
  const parts = await all(client.runs.joinStream(id, run.run_id, { lastEventId: "-" }));
  assert.equal(parts[0].event, "metadata");
  await client.runs.delete(id, run.run_id);
});
check("a thread's stream tells of its runs", async () => {
  const id = await thread();
  const run = await client.runs.create(id, "agent", { input: HELLO, streamResumable: true });
  await client.runs.join(id, run.run_id);
  const told = [];
  for await (const part of client.threads.joinStream(id, { lastEventId: "-" })) {
    told.push(part.event);
    if (JSON.stringify(part).includes("run_done")) break;
  }
  assert.deepEqual(told, ["metadata", "values", "values", "values", "metadata"]);
});
check("runs are begun together and cancelled", async () => {
  assert.equal((await client.runs.createBatch([{ assistantId: "agent", input: HELLO }])).length, 1);
  const id = await thread();
  const run = await client.runs.create(id, "slow", { input: { sleep: 20 } });
  await client.runs.cancel(id, run.run_id, true);
  assert.equal((await client.runs.get(id, run.run_id)).status, "interrupted");
  const later = await client.runs.create(id, "slow", { input: { sleep: 20 } });
  await client.runs.cancelMany({ threadId: id, runIds: [later.run_id] });
});
check("a question is answered", async () => {
  const id = await thread();
  const asked = await client.runs.wait(id, "hitl", { input: { steps: [] } });
  assert.equal(asked.__interrupt__[0].value.question, "approve?");
  assert.equal((await client.runs.wait(id, "hitl", { command: { resume: "yes" } })).answer, "yes");
});
check("crons are made, found, changed and deleted", async () => {
  const made = await client.crons.create("echo", { schedule: "0 * * * *", input: {} });
  const own = await client.crons.createForThread(await thread(), "echo", { schedule: "0 * * * *", input: {} });
  assert.ok((await client.crons.search({ assistantId: made.assistant_id })).length >= 2);
  assert.ok((await client.crons.count({})) >= 2);
  assert.equal((await client.crons.update(made.cron_id, { schedule: "5 * * * *" })).schedule, "5 * * * *");
  await client.crons.delete(made.cron_id);
  await client.crons.delete(own.cron_id);
});
check("items are put, read, found and deleted", async () => {
  const place = ["js", crypto.randomUUID()];
  await client.store.putItem(place, "k", { v: 1 });
  assert.deepEqual((await client.store.getItem(place, "k")).value, { v: 1 });
  assert.equal((await client.store.searchItems(place)).items.length, 1);
  assert.deepEqual((await client.store.listNamespaces({ prefix: place })).namespaces, [place]);
  await client.store.deleteItem(place, "k");
});
check("every method is called", async () => {
  const inner = new Set(["constructor", "fetch", "fetchStream", "prepareFetchOptions", "fetchWithThrowing"]);
  const source = checks.map(([, does]) => String(does)).join() + "client.threads.create(";
  const parts = Object.keys(client).filter((name) => client[name]?.constructor?.name.endsWith("Client") && !name.startsWith("~"));
  assert.deepEqual(["assistants", "crons", "runs", "store", "threads"].filter((part) => !parts.includes(part)), []);
  const methods = parts.flatMap((part) =>
    Object.getOwnPropertyNames(Object.getPrototypeOf(client[part]))
      .filter((name) => !inner.has(name) && !name.startsWith("_"))
      .map((name) => `client.${part}.${name}(`),
  );
  // patchState has no route on any server; the stream is the React page's.
  const elsewhere = ["client.threads.patchState(", "client.threads.stream("];
  assert.deepEqual(methods.filter((name) => !source.includes(name) && !elsewhere.includes(name)), []);
});

for (const [name, does] of checks) {
  const error = await does().then(() => null, (raised) => String(raised?.message ?? raised));
  console.log(JSON.stringify({ name, error }));
}
process.exit(0);

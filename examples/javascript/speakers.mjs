// Who speaks in a novel: streams a run, leaves in the midst of it, and joins it again without missing an event.
import { Client } from "@langchain/langgraph-sdk";

const { SCRIPTORIUM_URL = "http://127.0.0.1:8000", SCRIPTORIUM_KEY = null } = process.env;
const client = new Client({ apiUrl: SCRIPTORIUM_URL, apiKey: SCRIPTORIUM_KEY });
const text = "“Is there a boat tonight?” asked Ada. “Who would sail?” said old Tom.";

const { thread_id: thread } = await client.threads.create();
let run;
let last;
const parts = client.runs.stream(thread, "characters", {
  input: { text },
  streamMode: ["custom", "values"],
  streamResumable: true, // events are kept, and each has an id
  onDisconnect: "continue", // the run goes on when nobody listens
  onRunCreated: (created) => (run = created.run_id),
});
for await (const part of parts) {
  if (part.id) last = part.id;
  if (part.event === "custom") break; // as if the connection were cut
}

for await (const part of client.runs.joinStream(thread, run, { lastEventId: last })) {
  if (part.event === "custom" && part.data.type === "progress") console.log(part.data.stage, part.data.done);
}

const { values } = await client.threads.getState(thread);
for (const quote of values.quotes) console.log(`${quote.speaker}: ${quote.text}`);

/**
 * One run followed to its end, across dropped connections and reloads.
 *
 * @typedef {{type: "run", data: Run}
 *   | {type: "connection", data: {isOpen: boolean, retrySeconds: number}}
 *   | {type: "custom" | "error" | "messages", data: any}} FeedItem
 */

import { ApiError, getRun, isUnderWay, openRunStream } from "./api.js";
import { readEvents, StreamBroken } from "./event_stream.js";
/** @import {Run} from "./api.js" */

const LONGEST_PAUSE_SECONDS = 15;

/** The run, everything it emitted and emits, and the run again when it has ended.
 * @param {string} threadId @param {string} runId @param {AbortSignal} signal
 * @param {{isWhole?: boolean, kinds?: string[]}} [wanted] Whether also the events of a run that has ended are told; other kinds of them.
 * @returns {AsyncGenerator<FeedItem>} @throws {ApiError} when the service refuses, e.g. for an unknown run */
export async function* followRun(threadId, runId, signal, { isWhole = false, kinds = KINDS } = {}) {
	const run = await getRun(threadId, runId, signal);
	yield { type: "run", data: run };
	if (run.status === "success" && !isWhole) return; // The state holds the result, whatever is left of the stream.
	let lastEventId = "0";
	for (let failures = 0; ; ) {
		try {
			const response = await openRunStream(threadId, runId, lastEventId, signal);
			yield { type: "connection", data: { isOpen: true, retrySeconds: 0 } };
			for await (const event of readEvents(response)) {
				failures = 0;
				lastEventId = event.id || lastEventId;
				if (kinds.includes(event.type)) yield { type: event.type, data: JSON.parse(event.data) };
			}
			const after = await getRun(threadId, runId, signal);
			if (!isUnderWay(after)) {
				yield { type: "run", data: after };
				return;
			}
		} catch (error) {
			if (signal.aborted || !isPassing(error)) throw error;
		}
		failures += 1;
		const retrySeconds = Math.min(2 ** failures / 4, LONGEST_PAUSE_SECONDS);
		yield { type: "connection", data: { isOpen: false, retrySeconds } };
		await pause(retrySeconds, signal);
	}
}

/** Whole states stream by as "values": large, and read once from the thread at the end instead. */
const KINDS = ["custom", "error"];

const isPassing = (error) => error instanceof StreamBroken || (error instanceof ApiError && error.isPassing);

/** Ends early when the browser is back online, or when nobody waits any more. */
function pause(seconds, signal) {
	return new Promise((resolve) => {
		const end = () => {
			clearTimeout(timer);
			removeEventListener("online", end);
			resolve();
		};
		const timer = setTimeout(end, seconds * 1000);
		addEventListener("online", end);
		signal.addEventListener("abort", end, { once: true });
	});
}

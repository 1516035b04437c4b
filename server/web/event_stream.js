/**
 * Server-sent events read from a fetch response, because EventSource can send no Last-Event-ID of ours.
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 *
 * @typedef {{type: string, id: string, data: string}} StreamEvent
 */

/** The service sends a heartbeat every 5 s; four missing ones mean that the connection is dead. */
const SILENCE_LIMIT_MS = 20_000;

/** The connection went silent or broke off. */
export class StreamBroken extends Error {}

/** @param {Response} response @returns {AsyncGenerator<StreamEvent>} */
export async function* readEvents(response) {
	const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
	const parser = new EventParser();
	try {
		for (;;) {
			const { done, value } = await beforeSilence(reader.read());
			if (done) return;
			yield* parser.feed(value);
		}
	} finally {
		reader.cancel().catch(() => {}); // A broken connection cannot be cancelled, nor need it be.
	}
}

async function beforeSilence(reading) {
	let timer;
	const silence = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new StreamBroken("no heartbeat")), SILENCE_LIMIT_MS);
	});
	try {
		return await Promise.race([reading.catch((error) => Promise.reject(new StreamBroken(String(error)))), silence]);
	} finally {
		clearTimeout(timer);
	}
}

/** Turns chunks, cut anywhere, into events. */
export class EventParser {
	#rest = "";
	#event = { type: "message", id: "", data: /** @type {string[]} */ ([]) };

	/** @returns {Generator<StreamEvent>} */
	*feed(chunk) {
		// A carriage return at the end may be the first half of CRLF: it waits for the next chunk.
		const lines = (this.#rest + chunk).split(/\r\n|\n|\r(?!$)/);
		this.#rest = lines.pop();
		for (const line of lines) {
			if (line === "") yield* this.#dispatch();
			else this.#field(line);
		}
	}

	#field(line) {
		const [, name, value] = line.match(/^([^:]*):? ?(.*)$/s);
		if (name === "data") this.#event.data.push(value);
		else if (name === "event") this.#event.type = value;
		else if (name === "id") this.#event.id = value;
	}

	*#dispatch() {
		const { type, id, data } = this.#event;
		this.#event = { type: "message", id: "", data: [] };
		if (data.length) yield { type, id, data: data.join("\n") };
	}
}

/**
 * A realtime session of the service, over a WebSocket that comes back after a cut without losing sound or events.
 *
 * Sound is kept until the service has acknowledged it; after a cut what it has not received is sent again.
 *
 * @typedef {"connecting" | "open" | "lost" | "taken" | "closed"} Connected
 */

import { getTicket } from "./api.js";

const PAUSES_MS = [200, 500, 1000, 2000, 5000]; // before each attempt to come back; then the last one again
const SILENCE_MS = 40_000; // The service sends a heartbeat every 15 s.
const MOST_KEPT = 3000; // pieces of 100 ms: five minutes without the service
const RATE = 16_000;
const TAKEN_OVER = 4409, GONE = 4404;

export class TalkConnection {
	/** @type {WebSocket | null} */ #socket = null;
	/** @type {string | null} */ #sessionId = null;
	#lastEvent = 0;
	#sent = 0; // samples of the session
	/** @type {{offset: number, pcm: Int16Array}[]} */ #kept = [];
	/** @type {object[]} */ #waiting = [];
	#failures = 0;
	#timer = 0;
	#silence = 0;
	#isReady = false; // the session is there, new or come back to
	#isOver = false;
	#onEvent;
	#onChange;
	/** @type {Connected} */ state = "connecting";

	/** @param {(event: any) => void} onEvent @param {() => void} onChange of the state */
	constructor(onEvent, onChange) {
		this.#onEvent = onEvent;
		this.#onChange = onChange;
	}

	get sessionId() {
		return this.#sessionId;
	}

	/** Begin a session, or come back to one and be told all of it again. */
	open(sessionId) {
		this.#sessionId = sessionId;
		this.#lastEvent = 0;
		this.#isOver = false;
		this.#connect();
	}

	/** Send an event, now or when the session is there again. */
	send(type, fields = {}) {
		const event = { type, ...fields };
		if (this.#isReady) this.#write(event);
		else this.#waiting.push(event);
	}

	sendSound(pcm) {
		const piece = { offset: this.#sent, pcm };
		this.#sent += pcm.length;
		this.#kept.push(piece);
		if (this.#kept.length > MOST_KEPT) this.#kept.shift();
		if (this.#isReady) this.#writeSound(piece);
	}

	/** Take the session back from another page. */
	comeBack() {
		this.#connect();
	}

	close() {
		this.#isOver = true;
		clearTimeout(this.#timer);
		clearTimeout(this.#silence);
		this.#socket?.close();
	}

	async #connect() {
		clearTimeout(this.#timer);
		this.#isReady = false;
		this.#show(this.#failures ? "lost" : "connecting");
		try {
			const address = await this.#address();
			if (this.#isOver) return;
			const socket = new WebSocket(address, "realtime");
			this.#socket = socket;
			socket.onmessage = ({ data }) => { if (socket === this.#socket) this.#take(JSON.parse(data)); };
			socket.onclose = ({ code }) => { if (socket === this.#socket) this.#closed(code); };
		} catch {
			this.#closed(0); // Nobody gave a ticket.
		}
	}

	async #address() {
		const query = new URLSearchParams();
		const ticket = await getTicket();
		if (ticket) query.set("ticket", ticket);
		if (this.#sessionId) {
			query.set("session_id", this.#sessionId);
			query.set("after", String(this.#lastEvent));
		}
		return `${location.origin.replace(/^http/, "ws")}/v1/realtime?${query}`;
	}

	#take(event) {
		this.#watchSilence();
		const number = Number(event.event_id?.match(/^event_(\d+)$/)?.[1] ?? 0);
		if (number && number <= this.#lastEvent) return;
		if (number) this.#lastEvent = number;
		if (event.type === "session.created" && !this.#isReady && !this.#sessionId) this.#begin(event.session.id, 0);
		else if (event.type === "session.resumed") this.#begin(event.session.id, event.offset);
		else if (event.type === "input_audio_buffer.acknowledged") this.#forget(event.offset);
		this.#onEvent(event);
	}

	#begin(sessionId, received) {
		this.#sessionId = sessionId;
		this.#failures = 0;
		this.#isReady = true;
		if (this.#kept.length === 0) this.#sent = received;
		this.#write({ type: "session.update", session: { audio: { input: { format: { type: "audio/pcm", rate: RATE } } } } });
		for (const piece of this.#kept) if (piece.offset + piece.pcm.length > received) this.#writeSound(piece);
		for (const event of this.#waiting.splice(0)) this.#write(event);
		this.#show("open");
	}

	#forget(offset) {
		while (this.#kept.length && this.#kept[0].offset + this.#kept[0].pcm.length <= offset) this.#kept.shift();
	}

	#closed(code) {
		clearTimeout(this.#silence);
		this.#isReady = false;
		if (this.#isOver || this.state === "closed") return;
		if (code === TAKEN_OVER) return this.#show("taken");
		if (code === GONE && this.#sessionId) { // It has ended; its sound went with it.
			this.#sessionId = null;
			this.#lastEvent = this.#sent = 0;
			this.#kept = [];
		}
		const pause = PAUSES_MS[Math.min(this.#failures++, PAUSES_MS.length - 1)];
		this.#show("lost");
		this.#timer = setTimeout(() => this.#connect(), pause);
	}

	#watchSilence() {
		clearTimeout(this.#silence);
		this.#silence = setTimeout(() => this.#socket?.close(), SILENCE_MS);
	}

	#writeSound({ offset, pcm }) {
		this.#write({ type: "input_audio_buffer.append", audio: toBase64(pcm), offset });
	}

	#write(event) {
		if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(event));
		else if (event.type !== "input_audio_buffer.append") this.#waiting.push(event);
	}

	#show(state) {
		this.state = state;
		this.#onChange();
	}
}

export function toBase64(pcm) {
	return btoa(String.fromCharCode(...new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength)));
}

/** @returns {Int16Array} */
export function fromBase64(text) {
	return new Int16Array(Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)).buffer);
}

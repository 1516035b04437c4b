/** The microphone, as PCM16 at 16 kHz. */

export class Microphone {
	/** @type {AudioContext | null} */ #context = null;
	/** @type {MediaStream | null} */ #stream = null;
	/** Pieces are dropped while we speak ourselves: the service would hear us. */
	isMuted = false;

	get isOn() {
		return this.#stream !== null;
	}

	/** Listen until stopped. @param {(pcm: Int16Array) => void} onPiece @throws {DOMException} It is denied or missing. */
	async start(onPiece) {
		if (!navigator.mediaDevices) throw new DOMException("", "SecurityError"); // Pages without TLS have none.
		const audio = { channelCount: 1, echoCancellation: true, noiseSuppression: false, autoGainControl: true };
		this.#stream = await navigator.mediaDevices.getUserMedia({ audio });
		this.#context = new AudioContext();
		await this.#context.audioWorklet.addModule("/console/microphone_worklet.js");
		if (!this.#context) return; // Stopped while it was loading.
		const recorder = new AudioWorkletNode(this.#context, "recorder", { numberOfOutputs: 0 });
		recorder.port.onmessage = ({ data }) => { if (!this.isMuted) onPiece(new Int16Array(data)); };
		this.#context.createMediaStreamSource(this.#stream).connect(recorder);
	}

	stop() {
		for (const track of this.#stream?.getTracks() ?? []) track.stop();
		this.#context?.close();
		this.#stream = this.#context = null;
	}
}

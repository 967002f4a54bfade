/** What the service uses of the package, which brings no types of its own. */
declare module "@echogarden/espeak-ng-emscripten" {
  interface Engine {
    set_voice(identifier: string): number;
    set_pitch(percent: number): number;
    set_rate(wordsPerMinute: number): number;
    /** Blocks; the callback gets 16-bit samples at 22050 Hz and returns true to stop. */
    synthesize(text: string, onPart: (samples: Int16Array, events: readonly unknown[]) => boolean): void;
  }
  interface Module {
    readonly eSpeakNGWorker: new () => Engine | Promise<Engine>;
  }
  export default function load(options: object): Promise<Module>;
}

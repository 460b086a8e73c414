/** Owns starting a WebAssembly module of ours that ships assembled inside a source file. */

/**
 * Starts a module that imports nothing.
 *
 * @param assembled the module in base64
 * @returns what it exports, or null where WebAssembly has no SIMD
 */
export function startSimdModule(assembled: string): WebAssembly.Exports | null {
  const bytes = Uint8Array.from(atob(assembled), (character) => character.charCodeAt(0));
  // False where WebAssembly has no SIMD: the module is sound, as the tests see to.
  if (!WebAssembly.validate(bytes)) return null;
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
}

// Typed arrays from the data of the page.

const arrayTypes = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f32: Float32Array, f64: Float64Array };

// The bytes of a base64 text.
function bytesOf(text) {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; ++i) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

/// Is a sample with this label of class c, or, of output bits, is bit c of the label 1?
export const isLabelled = (label, c, bits) => (bits ? ((label >> c) & 1) === 1 : label === c);

/// A typed array from {type, shape, data}, with its shape as a property; undefined stays undefined. Decoded at the first
/// call, and kept.
export function unpack(packed) {
  if (packed === undefined) return undefined;
  if (packed.values === undefined) {
    packed.values = new arrayTypes[packed.type](bytesOf(packed.data).buffer);
    packed.values.shape = packed.shape;
    delete packed.data;
  }
  return packed.values;
}

/// Row r of an array [rows,columns].
export function row(array, r) {
  const columns = array.length / array.shape[0];
  return array.subarray(r * columns, (r + 1) * columns);
}

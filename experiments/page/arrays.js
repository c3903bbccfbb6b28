// Typed arrays from the data of the page.

import { inflate } from "./inflate.js";

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

// The bytes of values of `width` bytes each from their first bytes, second bytes, ...
function interleaved(planes, width) {
  if (width === 1) return planes;
  const bytes = new Uint8Array(planes.length), count = planes.length / width;
  for (let b = 0; b < width; ++b)
    for (let i = 0, at = b; i < count; ++i, at += width) bytes[at] = planes[b * count + i];
  return bytes;
}

/// A typed array from {type, shape, data} or {type, shape, deflated} (packed_array.hpp), with its shape as a property; undefined
/// stays undefined. Decoded at the first call, and kept.
export function unpack(packed) {
  if (packed === undefined) return undefined;
  if (packed.values === undefined) {
    const Values = arrayTypes[packed.type], width = Values.BYTES_PER_ELEMENT;
    const bytes = packed.deflated === undefined ? bytesOf(packed.data)
      : interleaved(inflate(bytesOf(packed.deflated), packed.shape.reduce((product, n) => product * n, width)), width);
    packed.values = new Values(bytes.buffer);
    packed.values.shape = packed.shape;
    delete packed.data;
    delete packed.deflated;
  }
  return packed.values;
}

/// Row r of an array [rows,columns].
export function row(array, r) {
  const columns = array.length / array.shape[0];
  return array.subarray(r * columns, (r + 1) * columns);
}

package dev.adit.vfiouser.client;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The memory that a client lets the server reach by messages. */
public final class ClientMemory {
  private record Piece(MemorySegment bytes, boolean writable) {}

  private final TreeMap<Long, Piece> pieces = new TreeMap<>(Long::compareUnsigned);

  public synchronized void add(long address, MemorySegment bytes, boolean writable) {
    pieces.put(address, new Piece(bytes, writable));
  }

  public synchronized void remove(long address, long length) {
    pieces.subMap(address, true, address + length - 1, true).clear();
  }

  /** {@return the bytes of a range that lies in one piece as a whole, or null} */
  synchronized @Nullable MemorySegment find(long address, long count, boolean write) {
    Map.Entry<Long, Piece> below = pieces.floorEntry(address);
    if (below == null || count < 0 || (write && !below.getValue().writable)) {
      return null;
    }
    MemorySegment bytes = below.getValue().bytes;
    long inside = address - below.getKey();
    return inside >= 0 && inside <= bytes.byteSize() && count <= bytes.byteSize() - inside
        ? bytes.asSlice(inside, count)
        : null;
  }
}

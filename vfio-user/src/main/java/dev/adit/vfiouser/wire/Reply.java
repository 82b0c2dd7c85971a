package dev.adit.vfiouser.wire;

import dev.adit.vfiouser.spec.Header;
import dev.adit.vfiouser.spec.Wire;
import java.lang.foreign.MemorySegment;

/** Headers of replies. */
public final class Reply {
  private Reply() {}

  /** Writes the header of the reply to a command. */
  public static void head(MemorySegment to, MemorySegment of, long at, int size, int errno) {
    to.set(Wire.U16, Header.ID, of.get(Wire.U16, at + Header.ID));
    to.set(Wire.U16, Header.COMMAND, of.get(Wire.U16, at + Header.COMMAND));
    to.set(Wire.U32, Header.LENGTH, size);
    to.set(Wire.U32, Header.FLAGS, Header.TYPE_REPLY | (errno == 0 ? 0 : Header.ERROR));
    to.set(Wire.U32, Header.ERRNO, errno);
  }
}

package dev.adit.devices.dsa;

import dev.adit.devices.Refusal;
import dev.adit.devices.Result;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * A suspended virtual device, to be resumed here or by another process. What stands behind it on
 * the physical side (queues, PASID, message store entries, the socket) is not part of it.
 *
 * @param type what it is made of
 * @param profile what its guest was told that it can do
 * @param state what its guest can see of it
 */
public record SavedDsa(DsaType type, DsaProfile profile, VirtualState state) {
  private static final int MAGIC = 0x41445644;
  private static final int VERSION = 1;

  /** The same, with the name of the accelerator, for those that are no DSA. */
  private static final int NAMED = 2;

  private static final int MOST_BYTES = 1 << 20;
  private static final int CHECKSUM = 8;

  /** {@return the device as bytes, for {@link #parse}} */
  public byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(MAGIC);
      if (profile.architecture().equals(Architecture.DSA)) {
        out.writeInt(VERSION);
      } else {
        out.writeInt(NAMED);
        out.writeUTF(profile.architecture().family());
      }
      out.writeInt(type.queues());
      out.writeBoolean(type.shared());
      write(out, profile);
      write(out, state.config());
      write(out, state.registers());
      write(out, state.msix());
      out.writeLong(state.pending());
      out.writeBoolean(state.enabled());
      for (VirtualState.Queue queue : state.queues()) {
        out.writeBoolean(queue.enabled());
        write(out, queue.kept());
      }
      out.writeLong(checksum(bytes.toByteArray(), bytes.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static long checksum(byte[] bytes, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, length);
    return crc.getValue();
  }

  private static void write(DataOutputStream out, DsaProfile p) throws IOException {
    out.writeInt(p.version());
    out.writeInt(p.wqs());
    out.writeInt(p.entries());
    out.writeLong(p.opcap());
    out.writeLong(p.features());
    out.writeInt(p.readBuffers());
    out.writeInt(p.transferShift());
    out.writeInt(p.batchShift());
    out.writeInt(p.options().size());
    for (DsaProfile.Option option : p.options()) {
      out.writeUTF(option.name());
    }
  }

  private static void write(DataOutputStream out, MemorySegment segment) throws IOException {
    byte[] bytes = segment.toArray(ValueLayout.JAVA_BYTE);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /** {@return the DSA that {@link #bytes} wrote, whoever has had the bytes meanwhile} */
  public static Result<SavedDsa> parse(byte[] bytes) {
    return parse(bytes, Architecture.DSA);
  }

  /**
   * {@return the device that {@link #bytes} wrote, whoever has had the bytes meanwhile}
   *
   * @param architecture which it must be
   */
  public static Result<SavedDsa> parse(byte[] bytes, Architecture architecture) {
    int length = bytes.length - CHECKSUM;
    if (length < 0 || bytes.length > MOST_BYTES) {
      return bad("it has " + bytes.length + " bytes");
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int magic = in.readInt();
      int version = in.readInt();
      if (magic != MAGIC || (version != VERSION && version != NAMED)) {
        return bad("it is something else, or of another version");
      }
      String name = version == NAMED ? in.readUTF() : Architecture.DSA.family();
      if (!name.equals(architecture.family())) {
        return bad("it is a virtual " + name + ", not " + architecture.family());
      }
      DsaType type = new DsaType(in.readInt(), in.readBoolean());
      DsaProfile profile = profile(in, architecture);
      if (profile.wqs() != type.queues()) {
        return bad("its profile has another number of queues");
      }
      MemorySegment config = segment(in);
      MemorySegment registers = segment(in);
      MemorySegment msix = segment(in);
      long pending = in.readLong();
      boolean enabled = in.readBoolean();
      List<VirtualState.Queue> queues = new ArrayList<>();
      for (int wq = 0; wq < type.queues(); wq++) {
        queues.add(new VirtualState.Queue(in.readBoolean(), segment(in)));
      }
      if (in.available() != CHECKSUM || in.readLong() != checksum(bytes, length)) {
        return bad("its checksum is wrong");
      }
      VirtualState state = new VirtualState(config, registers, msix, pending, enabled, queues);
      return Result.done(new SavedDsa(type, profile, state));
    } catch (IOException | IllegalArgumentException e) {
      return bad(e.getMessage() == null ? "it ends too early" : e.getMessage());
    }
  }

  private static Result<SavedDsa> bad(String why) {
    return Result.refused(Refusal.Reason.BAD_REQUEST, "This is no suspended device: " + why);
  }

  private static DsaProfile profile(DataInputStream in, Architecture architecture)
      throws IOException {
    int version = in.readInt();
    int wqs = in.readInt();
    int entries = in.readInt();
    long opcap = in.readLong();
    long features = in.readLong();
    int readBuffers = in.readInt();
    int transferShift = in.readInt();
    int batchShift = in.readInt();
    Set<DsaProfile.Option> options = EnumSet.noneOf(DsaProfile.Option.class);
    int count = in.readInt();
    for (int i = 0; i < Math.min(count, DsaProfile.Option.values().length); i++) {
      options.add(DsaProfile.Option.valueOf(in.readUTF()));
    }
    return new DsaProfile(
        version,
        wqs,
        entries,
        1,
        1,
        readBuffers,
        opcap,
        features,
        transferShift,
        batchShift,
        0,
        0,
        options,
        architecture);
  }

  private static MemorySegment segment(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > in.available()) {
      throw new IOException("a part of it is missing");
    }
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return MemorySegment.ofArray(bytes);
  }
}

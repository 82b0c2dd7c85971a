package dev.adit.devices.dsa;

import dev.adit.devices.dsa.DsaProfile.Option;
import dev.adit.devices.dsa.spec.Block;
import dev.adit.devices.dsa.spec.Field;
import dev.adit.devices.dsa.spec.Field.Access;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Register.EvlStatus;
import dev.adit.devices.dsa.spec.Register.Gencfg;
import dev.adit.devices.dsa.spec.Register.GroupFlags;
import dev.adit.devices.dsa.spec.Register.Wqcfg;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * The registers of BAR0 up to the MSI-X table: places the declarations of {@link Register} as a
 * profile says, and reads and writes by their access classes. What a write means beyond being
 * stored is told to a {@link Behaviour}.
 *
 * <p>Bus accesses come from one thread; engines set and clear bits at any time.
 */
final class RegisterFile {
  private static final int BYTES = DsaProfile.MSIX_TABLE;

  /** What the device adds to plain storage. */
  interface Behaviour {
    /** {@return the bits of a register that software may change now; -1 for all that it has} */
    long writable(Register register, int index);

    /** {@return what a read gives, the stored 32 bits being {@code stored}} */
    int read(Register register, int index, int half, int stored);

    /**
     * Acts on a write after it was stored.
     *
     * @param half 0 for the low 32 bits of the register, 1 for the high ones
     * @param written the bits that were written, those of other bytes being 0
     */
    void written(Register register, int index, int half, int written);
  }

  private record Place(Register register, int index, int half, int rw, int w1c, boolean computed) {}

  private final DsaProfile profile;
  private final Behaviour behaviour;
  private final AtomicIntegerArray words = new AtomicIntegerArray(BYTES / 4);
  private final @Nullable Place[] places = new Place[BYTES / 4];

  RegisterFile(DsaProfile profile, Behaviour behaviour) {
    this.profile = profile;
    this.behaviour = behaviour;
    for (Register register : Register.values()) {
      for (int index = 0; index < count(register.block()); index++) {
        place(register, index);
      }
    }
    resetFunction();
  }

  private void place(Register register, int index) {
    long rw = register.mask(Access.RW);
    long w1c = register.mask(Access.RW1C);
    boolean computed = register == Register.WQCFG_STATUS || register == Register.CNTRDATA_COUNTER;
    for (int half = 0; half < register.width() / 4; half++) {
      int shift = 32 * half;
      int at = at(register, index) + 4 * half;
      places[at / 4] =
          new Place(register, index, half, (int) (rw >>> shift), (int) (w1c >>> shift), computed);
    }
  }

  /** {@return how often a block's registers exist} */
  int count(Block block) {
    return switch (block) {
      case GENERAL -> 1;
      case MSIXPERM -> profile.vectors();
      case GRPCFG -> profile.groups();
      case WQCFG -> profile.wqs();
      case PERFMON -> profile.counters() > 0 ? 1 : 0;
      case EVNTCAP -> profile.counters() > 0 ? PerformanceCounters.CATEGORIES : 0;
      case CNTRCFG, CNTRDATA, FLTCFG -> profile.counters();
    };
  }

  /** {@return the offset of a register in BAR0} */
  int at(Register register, int index) {
    int base =
        switch (register.block()) {
          case GENERAL -> 0;
          case MSIXPERM -> DsaProfile.MSIXPERM;
          case GRPCFG -> DsaProfile.GRPCFG;
          case WQCFG -> profile.wqcfg();
          case PERFMON -> DsaProfile.PERFMON;
          case EVNTCAP -> DsaProfile.PERFMON + 0x80;
          case CNTRCFG -> DsaProfile.PERFMON + 0x100;
          case CNTRDATA -> DsaProfile.PERFMON + 0x200;
          case FLTCFG -> DsaProfile.PERFMON + 0x300;
        };
    return base + index * register.block().stride() + register.offset();
  }

  /** Reads as the bus does; all ones for an access that is not natural. */
  long read(long offset, int width) {
    if (!natural(offset, width)) {
      return ones(width);
    }
    int word = (int) (offset / 4);
    if (width == 8) {
      return Integer.toUnsignedLong(readWord(word)) | (long) readWord(word + 1) << 32;
    }
    return Integer.toUnsignedLong(readWord(word)) >>> (offset % 4 * 8) & ones(width);
  }

  private int readWord(int word) {
    Place place = places[word];
    int stored = words.get(word);
    return place == null || !place.computed
        ? stored
        : behaviour.read(place.register, place.index, place.half, stored);
  }

  /** Writes as the bus does; an access that is not natural is dropped. */
  void write(long offset, int width, long value) {
    if (!natural(offset, width)) {
      return;
    }
    int word = (int) (offset / 4);
    if (width == 8) {
      writeWord(word, -1, (int) value);
      writeWord(word + 1, -1, (int) (value >>> 32));
    } else {
      int shift = (int) (offset % 4 * 8);
      int mask = (int) ones(width) << shift;
      writeWord(word, mask, (int) value << shift & mask);
    }
  }

  private void writeWord(int word, int mask, int value) {
    Place place = places[word];
    if (place == null) {
      return;
    }
    int allowed = (int) (behaviour.writable(place.register, place.index) >>> (32 * place.half));
    int rw = place.rw & mask & allowed;
    int clear = place.w1c & value & allowed;
    int old;
    do {
      old = words.get(word);
    } while (!words.compareAndSet(word, old, ((old & ~rw) | (value & rw)) & ~clear));
    behaviour.written(place.register, place.index, place.half, value);
  }

  private static boolean natural(long offset, int width) {
    boolean shaped = width == 1 || width == 2 || width == 4 || width == 8;
    return shaped && offset >= 0 && offset % width == 0 && offset <= BYTES - width;
  }

  static long ones(int width) {
    return width >= 8 || width < 1 ? -1L : (1L << (8 * width)) - 1;
  }

  /** {@return a register's stored value} */
  long get(Register register, int index) {
    int word = at(register, index) / 4;
    long low = Integer.toUnsignedLong(words.get(word));
    return register.width() == 4 ? low : low | (long) words.get(word + 1) << 32;
  }

  /** {@return the stored value of a register that exists once} */
  long get(Register register) {
    return get(register, 0);
  }

  /** Stores a value, whatever the access classes; the low half last. */
  void set(Register register, int index, long value) {
    int word = at(register, index) / 4;
    if (register.width() == 8) {
      words.set(word + 1, (int) (value >>> 32));
    }
    words.set(word, (int) value);
  }

  /** Stores a value in a register that exists once. */
  void set(Register register, long value) {
    set(register, 0, value);
  }

  /** Replaces a field of a register's low 32 bits at once. */
  void setField(Register register, int index, Field field, int value) {
    int word = at(register, index) / 4;
    int old;
    do {
      old = words.get(word);
    } while (!words.compareAndSet(word, old, (int) field.set(old, value)));
  }

  /** {@return whether a one-bit field in a register's low 32 bits became set by this call} */
  boolean raiseField(Register register, int index, Field field) {
    return raise(at(register, index) / 4, (int) field.mask());
  }

  private boolean raise(int word, int bit) {
    int old;
    do {
      old = words.get(word);
      if ((old & bit) != 0) {
        return false;
      }
    } while (!words.compareAndSet(word, old, old | bit));
    return true;
  }

  /** Sets bits of a register's low 32 bits at once. */
  void setBits(Register register, int bits) {
    int word = at(register, 0) / 4;
    int old;
    do {
      old = words.get(word);
    } while (!words.compareAndSet(word, old, old | bits));
  }

  /** Moves the event log's tail; the interrupt's pending bit shares its word. */
  void setEventLogTail(int tail) {
    int word = at(Register.EVLSTATUS, 0) / 4 + 1;
    int old;
    do {
      old = words.get(word);
    } while (!words.compareAndSet(word, old, (old & ~0xFFFF) | tail));
  }

  /** {@return whether the event log's interrupt became pending by this call} */
  boolean setEventLogPending() {
    int pending = (int) (EvlStatus.INTERRUPT_PENDING.mask() >>> 32);
    return raise(at(Register.EVLSTATUS, 0) / 4 + 1, pending);
  }

  /** {@return all words, for {@link #restore}} */
  MemorySegment save() {
    int[] saved = new int[words.length()];
    for (int i = 0; i < saved.length; i++) {
      saved[i] = words.get(i);
    }
    return MemorySegment.ofArray(saved);
  }

  /**
   * Takes saved words over, apart from what the profile says.
   *
   * @param saved as many words as there are
   */
  void restore(MemorySegment saved) {
    int capabilities = at(Register.GENCFG, 0) / 4;
    int commands = at(Register.CMDCAP, 0) / 4;
    for (int i = capabilities; i < words.length(); i++) {
      if (places[i] != null && i != commands) {
        words.set(i, saved.get(ValueLayout.JAVA_INT_UNALIGNED, 4L * i));
      }
    }
  }

  /** Puts everything into the state at power-on. */
  void resetFunction() {
    for (int i = 0; i < words.length(); i++) {
      words.set(i, 0);
    }
    set(Register.VERSION, profile.version());
    set(Register.GENCAP, profile.gencap());
    set(Register.WQCAP, profile.wqcap());
    set(Register.GRPCAP, profile.grpcap());
    set(Register.ENGCAP, profile.engcap());
    set(Register.OPCAP0, profile.architecture().opcap(0, profile.opcap()));
    set(Register.OPCAP1, profile.architecture().opcap(1, profile.opcap()));
    set(Register.CMDCAP, Integer.toUnsignedLong(profile.cmdcap()));
    long ims = profile.imsEntries() > 0 ? DsaProfile.IMS >> 8 : 0;
    long tables = DsaProfile.GRPCFG >> 8 | (long) profile.wqcfg() >> 8 << 16;
    set(Register.OFFSETS0, tables | (long) (DsaProfile.MSIXPERM >> 8) << 32 | ims << 48);
    set(Register.OFFSETS1, profile.counters() > 0 ? DsaProfile.PERFMON >> 8 : 0);
    PerformanceCounters.reset(this, profile);
    resetDevice();
  }

  /** What the command Reset Device does to registers (3.15, T9-1). */
  void resetDevice() {
    set(Register.GENCFG, Gencfg.READ_BUFFERS.set(0, profile.readBuffers()));
    set(Register.GENCTRL, 0);
    set(Register.GENSTS, 0);
    set(Register.INTCAUSE, 0);
    set(Register.EVLCFG0, 0);
    set(Register.EVLCFG1, 0);
    for (Register register : Register.values()) {
      boolean cleared =
          switch (register.block()) {
            case MSIXPERM, GRPCFG, WQCFG -> true;
            default -> false;
          };
      for (int i = 0; cleared && i < count(register.block()); i++) {
        set(register, i, 0);
      }
    }
    for (int i = 0; i < profile.groups(); i++) {
      set(Register.GRPCFG_FLAGS, i, GroupFlags.ALLOWED.set(0, profile.readBuffers()));
    }
    for (int i = 0; i < profile.wqs(); i++) {
      setOperations(i);
    }
    if (!profile.has(Option.CONFIGURATION)) {
      preset();
    }
  }

  /** What the command Reset WQ does to registers: all but the size is cleared. */
  void resetQueue(int wq) {
    if (!profile.has(Option.CONFIGURATION)) {
      return;
    }
    for (Register register : Register.values()) {
      if (register.block() == Block.WQCFG && register != Register.WQCFG_SIZE) {
        set(register, wq, 0);
      }
    }
    setOperations(wq);
  }

  private void setOperations(int wq) {
    set(Register.WQCFG_OPCFG0, wq, profile.architecture().opcap(0, profile.opcap()));
    set(Register.WQCFG_OPCFG1, wq, profile.architecture().opcap(1, profile.opcap()));
  }

  /** The configuration of a device that software cannot configure. */
  private void preset() {
    set(Register.GRPCFG_WQS0, 0, (1L << profile.wqs()) - 1);
    set(Register.GRPCFG_ENGINES, 0, (1L << profile.engines()) - 1);
    for (int i = 0; i < profile.wqs(); i++) {
      set(Register.WQCFG_SIZE, i, profile.entries() / profile.wqs());
      set(Register.WQCFG_MODE, i, Wqcfg.PRIORITY.set(Wqcfg.DEDICATED.mask(), 10));
      long limits = Wqcfg.TRANSFER_SHIFT.set(0, profile.transferShift());
      set(Register.WQCFG_LIMITS, i, Wqcfg.BATCH_SHIFT.set(limits, profile.batchShift()));
      set(Register.WQCFG_STATUS, i, Wqcfg.MODE_SUPPORT.mask());
    }
  }
}

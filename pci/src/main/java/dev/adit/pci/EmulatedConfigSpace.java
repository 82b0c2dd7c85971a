package dev.adit.pci;

import dev.adit.pci.spec.Access;
import dev.adit.pci.spec.CapabilityKey;
import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.PciExpress;
import dev.adit.pci.spec.PowerManagement;
import dev.adit.pci.spec.Pri;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The configuration space of an emulated function: 4096 bytes with the access rules of each
 * register, made by a {@link ConfigSpaceBuilder}.
 *
 * <p>No access by a guest throws, whatever its offset, length or value: reads beyond the end give
 * ones, writes to what is read-only or not there are dropped. All methods may be called from any
 * thread; {@link #on} costs one volatile read.
 */
public final class EmulatedConfigSpace {
  /** Bytes of a PCI Express configuration space. */
  public static final int SIZE = 4096;

  private static final int D0 = 0;
  private static final int D3_HOT = 3;

  /** Learns what the driver does. Called after the write took effect, outside any lock. */
  public interface Listener {
    /** A switch changed. */
    default void switched(Switch which, boolean on) {}

    /** The page request interface was told to drop its queue. */
    default void pageRequestsReset() {}

    /** The driver asked for a function-level reset; configuration space is already reset. */
    default void functionLevelReset() {}
  }

  private final byte[] reset;
  private final byte[] image;
  private final byte[] writable;
  private final byte[] clearable;
  private final Map<CapabilityKey, Integer> bases;
  private final Map<Integer, EmulatedBar> bars;
  private volatile int switches;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  EmulatedConfigSpace(
      byte[] reset,
      byte[] writable,
      byte[] clearable,
      Map<CapabilityKey, Integer> bases,
      Map<Integer, EmulatedBar> bars) {
    this.reset = reset;
    this.image = reset.clone();
    this.writable = writable;
    this.clearable = clearable;
    this.bases = Map.copyOf(bases);
    this.bars = Map.copyOf(bars);
  }

  /** {@return a builder of a function without anything} */
  public static ConfigSpaceBuilder builder() {
    return new ConfigSpaceBuilder();
  }

  /** Adds somebody who learns of changes, after those who were there before: the device first. */
  public void listen(Listener listener) {
    listeners.add(listener);
  }

  /** {@return whether a switch is on; false for one that the function does not have} */
  public boolean on(Switch which) {
    return (switches & which.bit()) != 0;
  }

  /** {@return where a capability begins, or nothing if the function does not have it} */
  public OptionalInt find(CapabilityKey key) {
    Integer base = bases.get(key);
    return base == null ? OptionalInt.empty() : OptionalInt.of(base);
  }

  /** {@return a field's value; 0 if the function does not have its capability} */
  public long get(Field field) {
    Integer base = bases.get(field.register().of());
    if (base == null) {
      return 0;
    }
    synchronized (image) {
      return field.read(image, base);
    }
  }

  /**
   * Changes a field from the device's side, past the access rules; nothing happens if the function
   * does not have its capability. Switches are for the driver: the listener is not called.
   */
  public void set(Field field, long value) {
    Integer base = bases.get(field.register().of());
    if (base == null) {
      return;
    }
    synchronized (image) {
      field.write(image, base, value);
      switches = currentSwitches();
    }
  }

  /**
   * {@return the bus address that the driver gave a BAR, 0 if none}
   *
   * @param index 0 to 5, as given to the builder
   */
  public long barAddress(int index) {
    EmulatedBar bar = bars.get(index);
    if (bar == null) {
      return 0;
    }
    long low = read(bar.offset(), 4) & ~0xfL;
    return bar.wide() ? low | (read(bar.offset() + 4, 4) << 32) : low;
  }

  /** {@return the BARs by index} */
  public Map<Integer, EmulatedBar> bars() {
    return bars;
  }

  /** {@return a copy of the 4096 bytes as a driver would read them} */
  public byte[] snapshot() {
    synchronized (image) {
      return image.clone();
    }
  }

  /**
   * Reads for a guest.
   *
   * @param width 1 to 8 bytes, at any alignment
   * @return the value, little-endian and zero-extended; ones for bytes beyond the end
   */
  public long read(int offset, int width) {
    long value = 0;
    synchronized (image) {
      for (int i = 0; i < width && i < 8; i++) {
        value |= (long) octet(offset, i) << (8 * i);
      }
    }
    return value;
  }

  /** Reads any run of bytes for a guest; ones for bytes beyond the end. */
  public void read(long offset, MemorySegment into, long at, long length) {
    synchronized (image) {
      for (long i = 0; i < length; i++) {
        into.set(ValueLayout.JAVA_BYTE, at + i, (byte) octet(offset, i));
      }
    }
  }

  private int octet(long offset, long index) {
    return inside(offset, index) ? image[(int) (offset + index)] & 0xff : 0xff;
  }

  private static boolean inside(long offset, long index) {
    return offset >= 0 && offset < SIZE && index < SIZE - offset;
  }

  /**
   * Writes for a guest.
   *
   * @param width 1 to 8 bytes, at any alignment
   */
  public void write(int offset, int width, long value) {
    Effects effects;
    synchronized (image) {
      effects = new Effects();
      for (int i = 0; i < width && i < 8; i++) {
        effects.octet(offset, i, (int) (value >>> (8 * i)));
      }
      effects.settle();
    }
    effects.tell();
  }

  /** Writes any run of bytes for a guest; bytes beyond the end are dropped. */
  public void write(long offset, MemorySegment from, long at, long length) {
    Effects effects;
    synchronized (image) {
      effects = new Effects();
      for (long i = 0; i < length && inside(offset, i); i++) {
        effects.octet(offset, i, from.get(ValueLayout.JAVA_BYTE, at + i));
      }
      effects.settle();
    }
    effects.tell();
  }

  /**
   * Sets everything to what it was at power-on, as a function-level reset does. Tells the listener
   * of switches that go off thereby, but not of a function-level reset: for a reset that does not
   * come from a register, such as one from the VMM.
   */
  public void reset() {
    Effects effects;
    synchronized (image) {
      effects = new Effects();
      System.arraycopy(reset, 0, image, 0, SIZE);
      effects.settle();
    }
    effects.tell();
  }

  private int currentSwitches() {
    int now = 0;
    for (Switch which : Switch.values()) {
      if (get(which.field()) != 0) {
        now |= which.bit();
      }
    }
    boolean awake = get(PowerManagement.POWER_STATE) == D0;
    return awake ? now : now & ~(Switch.MEMORY_SPACE.bit() | Switch.BUS_MASTER.bit());
  }

  /** What one write by a guest leads to. Except {@link #tell}, used with the image locked. */
  private final class Effects {
    private final int before = switches;
    private final long power = get(PowerManagement.POWER_STATE);
    private boolean flr;
    private boolean pageRequestsReset;
    private int after;

    void octet(long offset, long index, int value) {
      if (!inside(offset, index)) {
        return;
      }
      int at = (int) (offset + index);
      int kept = image[at] & ~writable[at];
      int cleared = ~(value & clearable[at]);
      image[at] = (byte) ((kept | (value & writable[at])) & cleared);
      flr |= triggered(PciExpress.INITIATE_FLR, at, value) && get(PciExpress.FLR) != 0;
      pageRequestsReset |= triggered(Pri.RESET, at, value) && get(Pri.ENABLE) == 0;
    }

    private boolean triggered(Field field, int at, int value) {
      Integer base = bases.get(field.register().of());
      return field.access() == Access.TRIGGER
          && base != null
          && at == base + field.register().offset() + field.low() / 8
          && (value >>> field.low() % 8 & 1) != 0;
    }

    void settle() {
      long wanted = get(PowerManagement.POWER_STATE);
      if (wanted != D0 && wanted != D3_HOT) {
        // A write of a state that the function does not have is dropped (PCIe 7.5.2.2).
        set(PowerManagement.POWER_STATE, power);
      }
      if (flr) {
        System.arraycopy(reset, 0, image, 0, SIZE);
      }
      after = currentSwitches();
      switches = after;
    }

    void tell() {
      listeners.forEach(this::tell);
    }

    private void tell(Listener listener) {
      // First, so that a device is reset by the time its switches are found to be off.
      if (flr) {
        listener.functionLevelReset();
      }
      int changed = before ^ after;
      for (Switch which : Switch.values()) {
        if ((changed & which.bit()) != 0) {
          listener.switched(which, (after & which.bit()) != 0);
        }
      }
      if (pageRequestsReset) {
        listener.pageRequestsReset();
      }
    }
  }
}

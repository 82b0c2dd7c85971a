package dev.adit.machine;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.domain.BusDomain;
import dev.adit.interrupts.store.MsixChip;
import dev.adit.interrupts.store.StoreChip;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A function in a machine in memory, with what the system of that machine does for its driver:
 * hands out memory, asks the platform for interrupts, and counts those that arrive. Vector 0 goes
 * to processor 0, all others to the last processor.
 */
public final class MachinePciDevice implements PciDevice {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int PAGE = 4096;
  private static final int CAPABILITIES = 0x34;
  private static final int MSIX_ID = 0x11;

  private final Machine machine;
  private final Slot slot;
  private final BusDomain table;
  private final Map<StoreChip, BusDomain> stores = new HashMap<>();
  private final List<Taken> taken = new ArrayList<>();
  private String store = "MSI-X";
  private String refusal = "";

  /** Finds the function's MSI-X table. */
  public MachinePciDevice(Machine machine, Slot slot) {
    this.machine = machine;
    this.slot = slot;
    int msix = find();
    int size = (int) (slot.readConfig(msix + 2, 2) & 0x7FF) + 1;
    long where = slot.readConfig(msix + 4, 4);
    table = machine.interrupts(slot, new MsixChip(window((int) where & 7, where & ~7L), size));
  }

  private int find() {
    int at = (int) slot.readConfig(CAPABILITIES, 1) & 0xFC;
    for (int steps = 0; at != 0 && steps < 48; steps++) {
      if (slot.readConfig(at, 1) == MSIX_ID) {
        return at;
      }
      at = (int) slot.readConfig(at + 1, 1) & 0xFC;
    }
    throw new DriverException("the function has no MSI-X capability");
  }

  /** An interrupt in use, with a handler on its vector that counts. */
  private final class Taken implements Interrupt {
    private final BusDomain.Interrupt interrupt;
    private final AtomicLong count = new AtomicLong();
    private volatile @Nullable Thread waiting;

    Taken(BusDomain.Interrupt interrupt) {
      this.interrupt = interrupt;
      hook(this::arrived);
      interrupt.mask(false);
    }

    private void hook(@Nullable Runnable handler) {
      machine.cpu(interrupt.cpu()).handle(interrupt.vector(), handler);
    }

    private void arrived() {
      count.incrementAndGet();
      LockSupport.unpark(waiting);
    }

    @Override
    public long count() {
      return count.get();
    }

    @Override
    public long await(long seen, long nanos) {
      long deadline = System.nanoTime() + nanos;
      waiting = Thread.currentThread();
      while (count.get() == seen && deadline - System.nanoTime() > 0) {
        LockSupport.parkNanos(this, deadline - System.nanoTime());
      }
      waiting = null;
      return count.get();
    }

    boolean move(int cpu) {
      int before = interrupt.vector();
      LocalApic from = machine.cpu(interrupt.cpu());
      boolean stored = interrupt.retarget(new Target.Cpu(cpu));
      hook(this::arrived);
      if (machine.cpu(interrupt.cpu()) != from) {
        from.handle(before, null);
      }
      return stored;
    }

    void release() {
      hook(null);
      interrupt.release();
    }
  }

  private int processor(int vector) {
    return vector == 0 ? 0 : machine.cpus() - 1;
  }

  @Override
  public Interrupt msix(int vector) {
    Target target = new Target.Cpu(processor(vector));
    return take(table.allocate(vector, Cookie.HOST, target));
  }

  @Override
  public Optional<Entry> ims(StoreChip chip, int index, int pasid) {
    try {
      BusDomain domain = stores.get(chip);
      if (domain == null) {
        domain = machine.interrupts(slot, chip);
        stores.put(chip, domain);
      }
      Cookie cookie = Cookie.of(Cookie.HOST.vm(), pasid);
      Target target = new Target.Cpu(machine.cpus() - 1);
      BusDomain.Interrupt interrupt =
          index < 0 ? domain.allocate(cookie, target) : domain.allocate(index, cookie, target);
      store = chip.traits().name();
      return Optional.of(new Entry(interrupt.index(), take(interrupt)));
    } catch (DomainException e) {
      refusal = Objects.requireNonNullElse(e.getMessage(), "refused");
      return Optional.empty();
    }
  }

  private Interrupt take(BusDomain.Interrupt interrupt) {
    Taken one = new Taken(interrupt);
    taken.add(one);
    return one;
  }

  /** {@return the store that completions are signalled through} */
  public String store() {
    return store;
  }

  /** {@return why a message store was refused, empty if none was} */
  public String refusal() {
    return refusal;
  }

  /** {@return the interrupt that was taken into use last} */
  public BusDomain.Interrupt last() {
    return taken.getLast().interrupt;
  }

  /** {@return the interrupts that arrived so far} */
  public long arrived() {
    return taken.stream().mapToLong(Taken::count).sum();
  }

  /** Moves all interrupts to a processor; {@return whether a store had to be written} */
  public boolean move(int cpu) {
    boolean stored = false;
    for (Taken each : taken) {
      stored |= each.move(cpu);
    }
    return stored;
  }

  @Override
  public int readConfig(int offset, int width) {
    return (int) slot.readConfig(offset, width);
  }

  @Override
  public void writeConfig(int offset, int width, int value) {
    slot.writeConfig(offset, width, value);
  }

  @Override
  public long read(int bar, long offset, int width) {
    return slot.read(bar, offset, width);
  }

  @Override
  public void write(int bar, long offset, int width, long value) {
    slot.write(bar, offset, width, value);
  }

  @Override
  public void store64(int bar, long offset, MemorySegment from, long at) {
    for (int i = 0; i < 64; i += 8) {
      slot.write(bar, offset + i, 8, from.get(LONG, at + i));
    }
  }

  @Override
  public DmaBuffer allocate(long bytes) {
    long address = machine.ram().allocate(bytes, PAGE);
    return new DmaBuffer(machine.ram().segment().asSlice(address, bytes), address);
  }

  @Override
  public void close() {
    taken.reversed().forEach(Taken::release);
    taken.clear();
  }
}

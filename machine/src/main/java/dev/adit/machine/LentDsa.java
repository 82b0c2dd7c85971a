package dev.adit.machine;

import dev.adit.devices.dsa.DsaDevice;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.EnginePolicy;
import dev.adit.devices.dsa.Lender;
import dev.adit.devices.dsa.LentQueue;
import dev.adit.devices.dsa.QueueTerms;
import dev.adit.devices.dsa.VirtualDsa;
import dev.adit.devices.dsa.spec.ImsEntry;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.RegisterWindow;
import dev.adit.interrupts.domain.BusDomain;
import dev.adit.interrupts.store.ImsChip;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.BooleanSupplier;

/**
 * A physical DSA of which a guest gets a sub-device: its first work queue, with the guest's PASID,
 * and entries of its message store for the guest's vectors. The host's driver configures it; the
 * guest sees a {@link #view function} composed of that.
 */
public final class LentDsa implements Lender, AutoCloseable {
  private static final int ENTRIES = 16;
  private static final int IMS_PORTAL = 2;
  private static final int ENTRY = 16;
  private static final int PENDING = 1 << 1;
  private static final int VECTORS = 2;

  private final DsaDevice physical;
  private final VirtualDsa view;
  private final RegisterWindow store;
  private final BusDomain domain;
  private final int requesterId;
  private final int pasid;
  private final AtomicIntegerArray entries = new AtomicIntegerArray(VECTORS);

  /**
   * Has the host's driver bring the function up.
   *
   * @param pasid the host's PASID for the guest's memory
   */
  public LentDsa(PhysicalMachine host, int requesterId, int pasid) {
    this.requesterId = requesterId;
    this.pasid = pasid;
    MessageSink nowhere = (_, _, _, _) -> {};
    boolean tagged = host.level() == IsolationLevel.REMAPPER_PASID;
    DsaProfile plain = DsaProfile.physical();
    DsaProfile profile = tagged ? plain.with(DsaProfile.Option.TAGGED_MESSAGES) : plain;
    physical =
        new DsaDevice(
            profile, EnginePolicy.caller(), host.dma(requesterId), host.bus(), requesterId);
    MachinePciDevice device = new MachinePciDevice(host, host.attach(physical, requesterId));
    DsaDriver driver = DsaDriver.probe(device);
    driver.usePasid(pasid);
    List<DsaQueue> _ = driver.enable(ENTRIES);
    store = device.window(DsaDriver.CONTROL, DsaProfile.IMS_OFFSET);
    domain = host.store(requesterId, new ImsChip(ImsEntry.FORMAT, store, profile.imsEntries()));
    entries.set(1, -1);
    view =
        new VirtualDsa(
            profile.lent(1, ENTRIES, false, true),
            host.dma(requesterId),
            nowhere,
            requesterId,
            this);
  }

  /** {@return the function as the guest sees it; what it sends itself has to be routed} */
  public VirtualDsa view() {
    return view;
  }

  /** {@return the physical function} */
  public DsaDevice physical() {
    return physical;
  }

  int requesterId() {
    return requesterId;
  }

  int pasid() {
    return pasid;
  }

  /** {@return the physical function's message store, which the host alone programs} */
  public BusDomain domain() {
    return domain;
  }

  /** Takes note of the entry that stands behind a vector; -1 for none. */
  void back(int vector, int entry) {
    entries.set(vector, entry);
  }

  @Override
  public List<LentQueue> queues() {
    return List.of(new Queue());
  }

  @Override
  public int handle(int vector) {
    return entries.get(vector);
  }

  @Override
  public void mask(int vector, boolean masked) {
    // The guest's table is trapped, and whoever traps it masks the entry.
  }

  @Override
  public boolean pending(int vector) {
    int entry = entries.get(vector);
    return entry >= 0 && (store.read((long) entry * ENTRY + 12, 4) & PENDING) != 0;
  }

  @Override
  public void reach(boolean on) {
    // Engines work on the thread that submits, so none is at work for the guest now.
  }

  @Override
  public void close() {
    view.close();
    physical.close();
  }

  /** The queue, which stays in service all the time. */
  private final class Queue implements LentQueue {
    @Override
    public int size() {
      return ENTRIES;
    }

    @Override
    public boolean enable(QueueTerms terms) {
      return true;
    }

    @Override
    public BooleanSupplier drain(boolean close, boolean discard) {
      return physical.drain(0, false, discard);
    }

    @Override
    public void disable() {
      // What is submitted from now on is refused by the function that the guest sees.
    }

    @Override
    public boolean free() {
      return true; // engines work on the thread that submits
    }

    @Override
    public boolean offer(MemorySegment from, long at, int limit) {
      return physical.offer(IMS_PORTAL, from, at, limit);
    }

    @Override
    public int occupancy() {
      return physical.occupancy(0);
    }

    @Override
    public BooleanSupplier hold(boolean on) {
      return physical.drain(0, false, false);
    }

    @Override
    public MemorySegment held() {
      return MemorySegment.NULL;
    }

    @Override
    public boolean keep(MemorySegment descriptors) {
      return descriptors.byteSize() == 0;
    }
  }
}

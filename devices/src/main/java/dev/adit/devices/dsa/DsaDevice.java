package dev.adit.devices.dsa;

import static dev.adit.devices.dsa.DsaBars.PORTALS;
import static dev.adit.devices.dsa.DsaBars.REGISTERS;

import dev.adit.devices.Dma;
import dev.adit.devices.PciFunction;
import dev.adit.devices.dsa.DsaProfile.Option;
import dev.adit.devices.dsa.spec.Block;
import dev.adit.devices.dsa.spec.ImsEntry;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Status;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.store.ImsArray;
import dev.adit.interrupts.store.MsixTable;
import dev.adit.pci.EmulatedConfigSpace;
import dev.adit.pci.Switch;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * An Intel Data Streaming Accelerator as a whole physical function (Intel DSA Architecture
 * Specification rev 3.0): registers in BAR0, portals in BAR2, work queues, engines, MSI-X and an
 * interrupt message store.
 *
 * <p>Registers are for one thread at a time; {@link #enqueue} and the statistics are for any.
 */
public final class DsaDevice implements PciFunction {
  private static final int ENTRY = 16;
  private static final long CLOSE_NANOS = 2_000_000_000L;

  private final DsaProfile profile;
  private final EmulatedConfigSpace config;
  private final RegisterFile registers;
  private final MsixTable msix;
  private final @Nullable ImsArray ims;
  private final PerformanceCounters counters;
  private final OccupancyInterrupts occupancy;
  private final MiscInterrupts interrupts;
  private final Dma.View logView;
  private final WorkQueue[] queues;
  private final Engine[] engines;
  private final Portals portals;
  private final MappedPortals mapped;
  private final DeviceControl control;
  private final Commands commands;

  /**
   * Makes a function as at power-on.
   *
   * @param dma the memory behind its bus addresses
   * @param sink where its interrupt messages go
   * @param requesterId bus, device and function, 16 bits
   */
  public DsaDevice(
      DsaProfile profile, EnginePolicy policy, Dma dma, MessageSink sink, int requesterId) {
    this.profile = profile;
    config = DsaConfigSpace.of(profile);
    registers = new RegisterFile(profile, new Behaviour());
    msix = new MsixTable(profile.vectors(), sink, requesterId);
    boolean tagged = profile.has(Option.TAGGED_MESSAGES);
    ims =
        profile.imsEntries() > 0
            ? new ImsArray(ImsEntry.FORMAT, profile.imsEntries(), sink, requesterId, tagged)
            : null;
    InterruptHandles handles =
        new InterruptHandles(profile.has(Option.HANDLES), profile.vectors(), profile.imsEntries());
    interrupts = new MiscInterrupts(registers, msix);
    logView = dma.view();
    counters = new PerformanceCounters(registers, interrupts, profile.counters());
    occupancy = new OccupancyInterrupts(registers, msix, ims, handles, interrupts);
    DsaCore core =
        new DsaCore(
            profile,
            policy,
            dma,
            registers,
            msix,
            ims,
            handles,
            interrupts,
            new ErrorReports(profile.architecture(), registers, interrupts, logView),
            counters,
            occupancy);
    queues = new WorkQueue[profile.wqs()];
    for (int i = 0; i < queues.length; i++) {
      queues[i] = new WorkQueue(i, profile.entries());
    }
    engines = new Engine[profile.engines()];
    for (int i = 0; i < engines.length; i++) {
      engines[i] = new Engine(core, i, queues[0]);
    }
    portals = new Portals(core, queues);
    int pages = ims != null ? Portals.PAGES : Portals.FIRST_IMS_PAGE;
    mapped = new MappedPortals(policy, queues.length, pages, portals);
    ConfigCheck check = new ConfigCheck(profile, registers, config, handles);
    control = new DeviceControl(core, queues, engines, check, mapped);
    commands = new Commands(core, control);
    config.listen(new ConfigListener());
  }

  @Override
  public EmulatedConfigSpace config() {
    return config;
  }

  @Override
  public List<Bar> bars() {
    List<Area> store =
        profile.has(Option.MAPPABLE_IMS)
            ? List.of(new Area(DsaProfile.IMS, DsaProfile.IMS_BYTES))
            : List.of();
    return DsaBars.of(profile, store);
  }

  @Override
  public MsixTable msix() {
    return msix;
  }

  /** {@return what the function is} */
  public DsaProfile profile() {
    return profile;
  }

  @Override
  public long read(int bar, long offset, int width) {
    if (!DsaBars.hold(profile, bar, offset, width)) {
      return RegisterFile.ones(width);
    }
    return bar == PORTALS ? 0 : readRegister(offset, width);
  }

  private long readRegister(long offset, int width) {
    if (offset < DsaProfile.MSIX_TABLE) {
      return registers.read(offset, width);
    }
    if (offset < DsaProfile.MSIX_PBA) {
      long at = offset - DsaProfile.MSIX_TABLE;
      return at < (long) msix.size() * ENTRY ? msix.read(at, width) : 0;
    }
    if (offset == DsaProfile.IMS_DOORBELL) {
      return profile.has(Option.MAPPABLE_IMS) ? 1 : 0;
    }
    long at = offset - DsaProfile.IMS;
    long end = profile.has(Option.MAPPABLE_IMS) ? DsaProfile.IMS_BYTES : profile.imsEntries() * 16L;
    if (ims != null && at >= 0 && at < end) {
      return ims.read(at, width);
    }
    boolean pending = offset < DsaProfile.MSIX_PBA + (msix.size() + 63) / 64 * 8L;
    return pending ? msix.readPending(offset - DsaProfile.MSIX_PBA, width) : 0;
  }

  @Override
  public void write(int bar, long offset, int width, long value) {
    if (bar == PORTALS) {
      portals.write(offset, width, value);
    } else if (bar == REGISTERS && offset < DsaProfile.MSIX_TABLE) {
      registers.write(offset, width, value);
    } else if (bar == REGISTERS && offset < DsaProfile.MSIX_PBA) {
      msix.write(offset - DsaProfile.MSIX_TABLE, width, value);
    } else if (bar == REGISTERS && ims != null && offset == DsaProfile.IMS_DOORBELL) {
      ims.settleEntry((int) value);
    } else if (bar == REGISTERS && ims != null && offset >= DsaProfile.IMS) {
      ims.write(offset - DsaProfile.IMS, width, value);
    }
  }

  @Override
  public void back(Bar bar, Area area, MemorySegment memory) {
    if (bar.index() == PORTALS && area.offset() == 0 && memory.byteSize() >= area.size()) {
      mapped.back(memory);
    }
    boolean store = bar.index() == REGISTERS && area.offset() == DsaProfile.IMS;
    if (store && ims != null && memory.byteSize() >= area.size()) {
      ims.back(memory);
    }
  }

  /**
   * Takes a deferrable memory write of 64 bytes to a portal of a shared work queue, as ENQCMD does
   * it.
   *
   * @param portalPage work queue times four plus page
   * @param from holds the descriptor, with PASID and privilege filled in
   * @return false for the answer Retry
   */
  public boolean enqueue(int portalPage, MemorySegment from, long at) {
    return portalPage >= 0
        && portalPage < queues.length * Portals.PAGES
        && portals.enqueue(portalPage, from, at);
  }

  /**
   * Takes a posted write of 64 bytes to a portal, as MOVDIR64B does it.
   *
   * @param portalPage work queue times four plus page
   * @param from holds the descriptor
   */
  public void post(int portalPage, MemorySegment from, long at) {
    if (portalPage >= 0 && portalPage < queues.length * Portals.PAGES) {
      portals.post(portalPage, from, at);
    }
  }

  /**
   * Lends a queue to somebody who gets to know what becomes of its descriptors, or takes it back
   * with null.
   *
   * @param wq a queue of this device
   */
  public void lend(int wq, @Nullable Borrower borrower) {
    queues[wq].lend(borrower);
  }

  /**
   * Takes a descriptor for software that lends queues out: into a dedicated or a shared queue, and
   * without a report if it is not taken.
   *
   * @param portalPage work queue times four plus page
   * @param limit the occupancy that it must find less than; the queue's size counts anyway
   * @return whether it was taken
   */
  public boolean offer(int portalPage, MemorySegment from, long at, int limit) {
    return portals.offer(portalPage, from, at, limit);
  }

  /**
   * Waits for what is in a queue, beside the command register: that takes one command at a time,
   * and waiting for one tenant must not hold up another.
   *
   * @param wq a queue of this device
   * @param close whether it takes nothing from now on; it has to be reset after that
   * @param discard whether what was not begun is dropped, without record and interrupt
   * @return what tells that everything that was in the queue is done
   */
  public BooleanSupplier drain(int wq, boolean close, boolean discard) {
    if (close) {
      return discard ? control.closeAndAbort(wq) : control.close(wq);
    }
    return discard ? control.abort(wq) : control.drain(wq);
  }

  /** {@return how many descriptors wait in a queue} */
  public int occupancy(int wq) {
    return queues[wq].occupancy();
  }

  /**
   * Lets the engines of a {@link EnginePolicy.Mode#MANUAL} device work on the caller's thread.
   *
   * @param most descriptors at most
   * @return how many were worked on
   */
  public int runEngines(int most) {
    int done = 0;
    boolean any = true;
    while (any) {
      any = false;
      for (Engine engine : engines) {
        if (done < most && engine.step()) {
          done++;
          any = true;
        }
      }
    }
    return done;
  }

  /**
   * Takes all interrupt handles back and tells the driver to ask for new ones, as after a migration
   * to another host. Nothing happens on a device without handles.
   */
  public void revokeHandles() {
    if (profile.has(Option.HANDLES)) {
      commands.revokeHandles();
    }
  }

  @Override
  public void reset() {
    commands.reset();
    portals.reset();
    config.reset();
  }

  @Override
  public void close() {
    commands.reset();
    mapped.stop();
    long until = System.nanoTime() + CLOSE_NANOS;
    for (Engine engine : engines) {
      engine.stop();
      while (!engine.ended() && System.nanoTime() - until < 0) {
        LockSupport.parkNanos(this, 20_000);
      }
      if (engine.ended()) {
        engine.close();
      }
    }
    logView.close();
  }

  /** {@return what it has done so far} */
  public DsaStatistics statistics() {
    List<DsaStatistics.Queue> byQueue = new ArrayList<>();
    for (WorkQueue queue : queues) {
      byQueue.add(
          new DsaStatistics.Queue(
              queue.index,
              queue.position(),
              queue.rejected.get(),
              queue.retried.get(),
              queue.occupancy()));
    }
    Map<String, Long> operations = new TreeMap<>();
    for (int i = 0; i <= 0xFF; i++) {
      int code = i;
      long sum = sum(worker -> worker.completions(code));
      if (sum > 0) {
        operations.put(profile.architecture().operation(code), sum);
      }
    }
    Map<Integer, Long> statuses = new TreeMap<>();
    for (int i = 0; i <= Status.CODE_MASK; i++) {
      int code = i;
      long sum = sum(worker -> worker.statuses(code));
      if (sum > 0) {
        statuses.put(code, sum);
      }
    }
    return new DsaStatistics(
        byQueue,
        operations,
        statuses,
        byVector(),
        sum(worker -> worker.completer().imsInterrupts()),
        sum(Worker::failures));
  }

  private List<Long> byVector() {
    List<Long> sums = new ArrayList<>();
    for (int i = 0; i < profile.vectors(); i++) {
      int vector = i;
      long misc = vector == 0 ? interrupts.sent() : 0;
      sums.add(misc + sum(worker -> worker.completer().interrupts(vector)));
    }
    return sums;
  }

  private long sum(ToLongFunction<Worker> count) {
    long sum = 0;
    for (Engine engine : engines) {
      sum += engine.sum(count);
    }
    return sum;
  }

  private final class ConfigListener implements EmulatedConfigSpace.Listener {
    @Override
    public void switched(Switch which, boolean on) {
      switch (which) {
        case MSIX_ENABLE, MSIX_FUNCTION_MASK ->
            msix.control(config.on(Switch.MSIX_ENABLE), config.on(Switch.MSIX_FUNCTION_MASK));
        case BUS_MASTER -> {
          if (!on) {
            commands.configurationChanged();
          }
        }
        case ATS, PRI, PASID, PASID_EXECUTE, PASID_PRIVILEGED -> commands.configurationChanged();
        case MEMORY_SPACE -> {}
      }
    }

    @Override
    public void functionLevelReset() {
      commands.reset();
      portals.reset();
    }
  }

  /** What registers do beyond holding values. */
  private final class Behaviour implements RegisterFile.Behaviour {
    @Override
    public long writable(Register register, int index) {
      return Writability.of(
          register,
          profile.has(Option.CONFIGURATION),
          control.state() == DeviceControl.State.DISABLED,
          register.block() == Block.WQCFG && control.state(index) == WorkQueue.State.DISABLED);
    }

    @Override
    public int read(Register register, int index, int half, int stored) {
      return register == Register.WQCFG_STATUS
          ? stored | queues[index].occupancy()
          : counters.read(index, half);
    }

    @Override
    public void written(Register register, int index, int half, int written) {
      switch (register) {
        case CMD -> commands.write(written);
        case WQCFG_OCCUPANCY_LIMIT -> occupancy.configured(queues[index]);
        case PERFRST, CNTRCFG_COUNTER, CNTRDATA_COUNTER ->
            counters.written(register, index, half, written);
        default -> {}
      }
    }
  }
}

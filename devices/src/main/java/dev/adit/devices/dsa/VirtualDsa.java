package dev.adit.devices.dsa;

import static dev.adit.devices.dsa.DsaBars.PORTALS;
import static dev.adit.devices.dsa.DsaBars.REGISTERS;

import dev.adit.devices.Dma;
import dev.adit.devices.Figure;
import dev.adit.devices.GuestVectors;
import dev.adit.devices.Happening;
import dev.adit.devices.VirtualFunction;
import dev.adit.devices.dsa.DsaProfile.Option;
import dev.adit.devices.dsa.spec.Block;
import dev.adit.devices.dsa.spec.CommandError;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.store.MsixTable;
import dev.adit.pci.EmulatedConfigSpace;
import dev.adit.pci.Switch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * A virtual DSA: a function composed of work queues that a physical one lends (section 7.5). Its
 * configuration space, control registers, commands, errors and vector 0 are emulated; descriptors
 * go to the lent queues, and their completions come back through lent message store entries as
 * vectors from 1 on.
 *
 * <p>Registers are for one thread at a time; {@link #complete}, {@link #report}, the revocation of
 * handles and suspension are for any.
 */
public final class VirtualDsa implements VirtualFunction {
  private static final int ENTRY = 16;

  private final DsaProfile profile;
  private final Lender lender;
  private final EmulatedConfigSpace config;
  private final RegisterFile registers;
  private final GuestVectors vectors;
  private final MiscInterrupts interrupts;
  private final Dma.View logView;
  private final ErrorReports errors;
  private final LentControl control;
  private final LentPortals portals;
  private final MappedPortals mapped;
  private final Commands commands;
  private final AtomicLong revocations = new AtomicLong();
  private final DeviceError told = new DeviceError();
  private volatile boolean waitsForGuest;
  private volatile boolean suspended;

  /** Vectors that waited when it was saved. */
  private long waiting;

  /**
   * Makes a function as at power-on.
   *
   * @param profile see {@link DsaProfile#lent}; as many queues as the lender has
   * @param memory the guest's memory, for the event log
   * @param sink where messages of its MSI-X table go
   * @param requesterId bus, device and function in the guest, 16 bits
   */
  public VirtualDsa(
      DsaProfile profile, Dma memory, MessageSink sink, int requesterId, Lender lender) {
    if (profile.wqs() != lender.queues().size() || profile.imsEntries() != 0) {
      throw new IllegalArgumentException("the profile does not fit what is lent");
    }
    this.profile = profile;
    this.lender = lender;
    config = DsaConfigSpace.of(profile);
    registers = new RegisterFile(profile, new Behaviour());
    vectors = new GuestVectors(profile.vectors(), config, lender, sink, requesterId);
    MsixTable msix = vectors.table();
    interrupts = new MiscInterrupts(registers, msix);
    logView = memory.view();
    errors = new ErrorReports(profile.architecture(), registers, interrupts, logView);
    Handles handles = new LentHandles(lender, profile.vectors());
    mapped =
        new MappedPortals(
            EnginePolicy.threads(), profile.wqs(), LentPortals.HIDDEN, new FoundInMemory());
    ConfigCheck check = new ConfigCheck(profile, registers, config, handles);
    control = new LentControl(registers, check, lender.queues(), mapped);
    portals = new LentPortals(registers, control, errors, lender.queues());
    DsaCore core =
        new DsaCore(
            profile,
            EnginePolicy.manual(),
            memory,
            registers,
            msix,
            null,
            handles,
            interrupts,
            errors,
            new PerformanceCounters(registers, interrupts, 0),
            new OccupancyInterrupts(registers, msix, null, handles, interrupts));
    commands = new Commands(core, control);
    config.listen(new ConfigListener());
  }

  @Override
  public EmulatedConfigSpace config() {
    return config;
  }

  @Override
  public List<Bar> bars() {
    return DsaBars.of(profile, List.of());
  }

  @Override
  public MsixTable msix() {
    return vectors.table();
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
    if (bar == PORTALS) {
      return portals.refused(offset) ? RegisterFile.ones(width) : 0;
    }
    if (offset < DsaProfile.MSIX_TABLE) {
      return registers.read(offset, width);
    }
    if (offset < DsaProfile.MSIX_PBA) {
      return vectors.read(offset - DsaProfile.MSIX_TABLE, width);
    }
    return vectors.readPending(offset - DsaProfile.MSIX_PBA, width);
  }

  @Override
  public void write(int bar, long offset, int width, long value) {
    noticeGuest();
    if (bar == PORTALS) {
      portals.write(offset, width, value);
    } else if (bar == REGISTERS && offset < DsaProfile.MSIX_TABLE) {
      registers.write(offset, width, value);
    } else if (bar == REGISTERS && offset < DsaProfile.MSIX_PBA) {
      vectors.write(offset - DsaProfile.MSIX_TABLE, width, value);
    }
  }

  /** A guest that runs again after it was restored gets what it has submitted before. */
  private void noticeGuest() {
    if (waitsForGuest) {
      waitsForGuest = false;
      hold(false);
    }
  }

  @Override
  public void vectorOpen(int vector, boolean open) {
    vectors.route(vector, open);
  }

  @Override
  public void back(Bar bar, Area area, MemorySegment memory) {
    if (bar.index() == PORTALS && area.offset() == 0 && memory.byteSize() >= area.size()) {
      mapped.back(memory);
    }
  }

  /**
   * Takes a deferrable memory write of 64 bytes to a portal of a queue in shared mode.
   *
   * @param portalPage work queue times four plus page
   * @return false for the answer Retry
   */
  @Override
  public boolean enqueue(int portalPage, MemorySegment from, long at) {
    return portalPage >= 0
        && portalPage < profile.wqs() * Portals.PAGES
        && portals.enqueue(portalPage, from, at);
  }

  @Override
  public void complete(int vector) {
    vectors.complete(vector);
  }

  /**
   * Reports an error of a descriptor in terms of this function.
   *
   * @param wq the queue, as the guest counts
   */
  public void report(DeviceError error, int wq) {
    synchronized (told) {
      errors.report(told.become(error, wq));
    }
  }

  /** Tells the guest that its interrupt handles are void and to ask for new ones. */
  @Override
  public void revoked() {
    revocations.incrementAndGet();
    commands.revokeHandles();
  }

  /** Waits for what has gone on to the physical function; what comes now is kept. */
  @Override
  public BooleanSupplier suspend() {
    suspended = true;
    waitsForGuest = false;
    BooleanSupplier drained = hold(true);
    return () -> drained.getAsBoolean() && settled();
  }

  @Override
  public void resume() {
    suspended = false;
    waitsForGuest = false;
    hold(false);
  }

  private BooleanSupplier hold(boolean on) {
    List<BooleanSupplier> waits = new ArrayList<>();
    for (LentQueue queue : lender.queues()) {
      waits.add(queue.hold(on));
    }
    return () -> {
      boolean all = true;
      for (BooleanSupplier wait : waits) {
        all &= wait.getAsBoolean();
      }
      return all;
    };
  }

  /** {@return whether nothing but held descriptors is left that a saved state would miss} */
  private boolean settled() {
    return !commands.active()
        && control.state() != DeviceControl.State.DRAINING
        && control.state() != DeviceControl.State.HALTED;
  }

  @Override
  public byte[] save() {
    DsaType type = new DsaType(profile.wqs(), profile.has(Option.SHARED));
    return new SavedDsa(type, profile, state()).bytes();
  }

  /** {@return the state of a function that is suspended and settled} */
  public VirtualState state() {
    takeWhatLiesInMemory();
    MemorySegment image = MemorySegment.ofArray(new byte[EmulatedConfigSpace.SIZE]);
    config.read(0, image, 0, EmulatedConfigSpace.SIZE);
    MemorySegment table = MemorySegment.ofArray(new int[msix().size() * ENTRY / 4]);
    for (int at = 0; at < table.byteSize(); at += 4) {
      table.set(ValueLayout.JAVA_INT, at, (int) msix().read(at, 4));
    }
    List<VirtualState.Queue> queues = new ArrayList<>();
    for (int wq = 0; wq < profile.wqs(); wq++) {
      boolean enabled = control.state(wq) == WorkQueue.State.ENABLED;
      queues.add(new VirtualState.Queue(enabled, lender.queues().get(wq).held()));
    }
    boolean enabled = control.state() == DeviceControl.State.ENABLED;
    long pending = vectors.pending();
    return new VirtualState(image, registers.save(), table, pending, enabled, queues);
  }

  /**
   * Becomes what was saved. What its guest submitted meanwhile goes on when the guest shows that it
   * runs, by its first write. {@link #awaken} has to follow when interrupts can be delivered.
   *
   * @return false if the state cannot be that of such a function; then it is as at power-on
   */
  public boolean restore(VirtualState state) {
    reset();
    boolean whole =
        state.config().byteSize() == EmulatedConfigSpace.SIZE
            && state.registers().byteSize() == DsaProfile.MSIX_TABLE
            && state.msix().byteSize() == (long) msix().size() * ENTRY
            && state.queues().size() == profile.wqs();
    if (!whole || !adopt(state)) {
      reset();
      return false;
    }
    waiting = state.pending();
    return true;
  }

  /** Sends what waited when it was saved, and revokes its interrupt handles. */
  @Override
  public void awaken() {
    for (int vector = 0; vector < msix().size(); vector++) {
      if ((waiting >>> vector & 1) != 0) {
        msix().fire(vector);
      }
    }
    revoked();
  }

  private boolean adopt(VirtualState state) {
    config.write(0, state.config(), 0, EmulatedConfigSpace.SIZE);
    registers.restore(state.registers());
    control.enter(DeviceControl.State.DISABLED);
    for (long at = 0; at < state.msix().byteSize(); at += 4) {
      int word = state.msix().get(ValueLayout.JAVA_INT_UNALIGNED, at);
      msix().write(at, 4, Integer.toUnsignedLong(word));
    }
    vectors.show();
    if (!state.enabled()) {
      return state.queues().stream().noneMatch(VirtualState.Queue::enabled);
    }
    if (control.check().device() != CommandError.NONE) {
      return false;
    }
    control.enter(DeviceControl.State.ENABLED);
    hold(true);
    waitsForGuest = true;
    for (int wq = 0; wq < profile.wqs(); wq++) {
      VirtualState.Queue queue = state.queues().get(wq);
      boolean good =
          !queue.enabled()
              || (control.check().queue(wq) == CommandError.NONE
                  && control.enable(wq) == CommandError.NONE
                  && lender.queues().get(wq).keep(queue.kept()));
      if (!good) {
        return false;
      }
    }
    return true;
  }

  /** Engines at work for this guest lose its memory, so that this does not wait for them long. */
  @Override
  public void reset() {
    restart();
    config.reset();
  }

  private void restart() {
    waitsForGuest = false;
    lender.reach(false);
    commands.reset();
    portals.reset();
    if (!suspended) {
      hold(false);
    }
    lender.reach(true);
  }

  /** The guest is gone. What it left behind is dropped, unless it is to be found again. */
  @Override
  public void abandoned() {
    if (suspended) {
      takeWhatLiesInMemory();
    } else {
      reset();
    }
  }

  private void takeWhatLiesInMemory() {
    for (int wq = 0; wq < profile.wqs(); wq++) {
      mapped.sweep(wq);
    }
  }

  @Override
  public void close() {
    suspended = false;
    reset();
    mapped.stop();
    logView.close();
  }

  /** {@return errors reported beside completion records} */
  public long errors() {
    return errors.reported();
  }

  /** {@return what it has done so far} */
  public VirtualStatistics statistics() {
    List<DsaStatistics.Queue> queues = new ArrayList<>();
    for (int wq = 0; wq < profile.wqs(); wq++) {
      queues.add(portals.statistics(wq));
    }
    List<Long> byVector = new ArrayList<>();
    byVector.add(interrupts.sent());
    for (int vector = 1; vector < msix().size(); vector++) {
      byVector.add(vectors.completions(vector));
    }
    return new VirtualStatistics(queues, byVector, errors.reported(), revocations.get());
  }

  @Override
  public List<Figure> figures() {
    return DsaFigures.of(profile, statistics(), lender);
  }

  @Override
  public List<Happening> happenings() {
    return DsaFigures.happenings(errors(), lender.dropped());
  }

  private final class FoundInMemory implements MappedPortals.Target {
    @Override
    public boolean takes(int wq) {
      return control.state(wq) == WorkQueue.State.ENABLED && control.config(wq).dedicated();
    }

    @Override
    public void post(int portal, MemorySegment from, long at) {
      noticeGuest();
      portals.post(portal, from, at);
    }
  }

  private final class ConfigListener implements EmulatedConfigSpace.Listener {
    @Override
    public void switched(Switch which, boolean on) {
      switch (which) {
        case MSIX_ENABLE, MSIX_FUNCTION_MASK -> vectors.switched(which);
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
      restart();
    }
  }

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
          ? stored | lender.queues().get(index).occupancy()
          : stored;
    }

    @Override
    public void written(Register register, int index, int half, int written) {
      if (register == Register.CMD) {
        commands.write(written);
      }
    }
  }
}

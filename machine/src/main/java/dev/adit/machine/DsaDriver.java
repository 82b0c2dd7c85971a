package dev.adit.machine;

import dev.adit.devices.dsa.spec.Capabilities.Engcap;
import dev.adit.devices.dsa.spec.Capabilities.Gencap;
import dev.adit.devices.dsa.spec.Capabilities.Grpcap;
import dev.adit.devices.dsa.spec.Capabilities.Wqcap;
import dev.adit.devices.dsa.spec.Command;
import dev.adit.devices.dsa.spec.ImsEntry;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Register.Cmd;
import dev.adit.devices.dsa.spec.Register.CmdStatus;
import dev.adit.devices.dsa.spec.Register.Gencfg;
import dev.adit.devices.dsa.spec.Register.Genctrl;
import dev.adit.devices.dsa.spec.Register.Intcause;
import dev.adit.devices.dsa.spec.Register.Permission;
import dev.adit.devices.dsa.spec.Register.Wqcfg;
import dev.adit.interrupts.store.ImsChip;
import dev.adit.interrupts.store.StoreChip;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A driver of the Intel Data Streaming Accelerator, written once for every machine. It takes a
 * function through the steps of section 7.1 of the DSA specification's software model: reset, read
 * capabilities, configure groups and queues, enable, submit. Events (commands, errors) use MSI-X
 * vector 0; completions use an entry of the interrupt message store where the function has one and
 * the platform grants it, else those of queue <i>n</i> use vector <i>n</i> + 1.
 *
 * <p>One thread drives the control path; queues may be used by one thread each.
 */
public final class DsaDriver implements AutoCloseable {
  /** BAR of the control registers. */
  static final int CONTROL = 0;

  /** BAR of the portals. */
  static final int PORTALS = 2;

  private static final int INTEL = 0x8086;
  private static final int NO_PASID = -1;

  private static final int PASID_ID = 0x1B;
  private static final int PASID_CONTROL = 6;
  private static final int PASID_ENABLE = 1;
  private static final int EXTENDED = 0x100;

  /** Operand of the command for an interrupt handle: the entry is one of the IMS. */
  private static final int IMS_TABLE = 1 << 16;

  private static final long COMMAND_TIMEOUT = TimeUnit.SECONDS.toNanos(60);

  private final PciDevice device;
  private final Interrupt misc;
  private final List<DsaQueue> queues = new ArrayList<>();
  private final List<SoftwareError> errors = new ArrayList<>();
  private final long wqcap;
  private final long grpcap;
  private final long engcap;
  private final long offsets;
  private final int commands;
  private int pendingCauses;
  private long served;
  private long revocations;
  private int pasid = NO_PASID;

  /**
   * A software error register as read.
   *
   * @param code the error code, section 5.8 of the specification
   * @param word0 the first quadword
   * @param address the address it names, if any
   */
  public record SoftwareError(int code, long word0, long address) {}

  private DsaDriver(PciDevice device) {
    this.device = device;
    FunctionSwitches.turnOn(device);
    this.misc = device.msix(0);
    reset();
    this.wqcap = get(Register.WQCAP, 0);
    this.grpcap = get(Register.GRPCAP, 0);
    this.engcap = get(Register.ENGCAP, 0);
    this.offsets = get(Register.OFFSETS0, 0);
    this.commands = (int) get(Register.CMDCAP, 0);
    set(Register.GENCTRL, 0, Genctrl.SOFTWARE_ERROR.mask() | Genctrl.HALT.mask());
  }

  /**
   * Takes a function over: enables it, resets it and reads what it can do.
   *
   * @throws DriverException if it is no DSA or does not answer
   */
  public static DsaDriver probe(PciDevice device) {
    int id = device.readConfig(0, 4);
    if ((id & 0xFFFF) != INTEL) {
      throw new DriverException("no DSA: vendor and device read " + Integer.toHexString(id));
    }
    return new DsaDriver(device);
  }

  /** {@return the number of work queues} */
  public int queueCount() {
    return (int) Wqcap.WQS.get(wqcap);
  }

  /** {@return the queue entries that all queues share} */
  public int totalSize() {
    return (int) Wqcap.TOTAL_SIZE.get(wqcap);
  }

  /** {@return the number of engines} */
  public int engineCount() {
    return (int) Engcap.ENGINES.get(engcap);
  }

  /** {@return bit n set for each opcode n below 64 that the function offers} */
  public long operations() {
    return get(Register.OPCAP0, 0);
  }

  /** {@return what the function complained of, oldest first} */
  public List<SoftwareError> errors() {
    serveEvents();
    return List.copyOf(errors);
  }

  /**
   * Gives the queues that are enabled from here on a PASID.
   *
   * @param newPasid 20 bits, one that the platform knows
   */
  public void usePasid(int newPasid) {
    device.writeConfig(findExtended(PASID_ID) + PASID_CONTROL, 2, PASID_ENABLE);
    // Without privilege, work with a PASID may ask for interrupts only if this says so.
    set(Register.GENCFG, 0, get(Register.GENCFG, 0) | Gencfg.USER_INTERRUPTS.mask());
    pasid = newPasid;
  }

  /**
   * Configures one group with all engines and the given dedicated queues, and enables device and
   * queues.
   *
   * @param sizes entries of queue 0, 1, …; a 0 leaves a queue out
   */
  public List<DsaQueue> enable(int... sizes) {
    return enable(false, sizes);
  }

  /**
   * As {@link #enable}, with shared queues: descriptors go in by deferrable writes. Needs {@link
   * #usePasid}.
   */
  public List<DsaQueue> enableShared(int... sizes) {
    return enable(true, sizes);
  }

  private List<DsaQueue> enable(boolean shared, int... sizes) {
    long used = 0;
    for (int wq = 0; wq < sizes.length; wq++) {
      if (sizes[wq] > 0) {
        used |= 1L << wq;
        configure(wq, sizes[wq], shared);
      }
    }
    set(Register.GRPCFG_WQS0, 0, used);
    set(Register.GRPCFG_ENGINES, 0, (1L << engineCount()) - 1);
    set(Register.GRPCFG_FLAGS, 0, Grpcap.READ_BUFFERS.get(grpcap) << 20);
    command(Command.ENABLE_DEVICE, 0);
    for (int wq = 0; wq < sizes.length; wq++) {
      if (sizes[wq] > 0) {
        command(Command.ENABLE_WQ, wq);
        queues.add(queue(wq, sizes[wq], shared));
      }
    }
    return List.copyOf(queues);
  }

  private DsaQueue queue(int wq, int size, boolean shared) {
    int entries = (int) Gencap.IMS.get(get(Register.GENCAP, 0)) * 256;
    if (entries > 0) {
      StoreChip chip =
          new ImsChip(ImsEntry.FORMAT, device.window(CONTROL, (offsets >>> 48) << 8), entries);
      Optional<PciDevice.Entry> granted = device.ims(chip, -1, pasid);
      if (granted.isPresent()) {
        int handle = handle(granted.get().index(), IMS_TABLE);
        return new DsaQueue(device, wq, size, shared, handle, granted.get().interrupt(), true);
      }
    }
    Interrupt interrupt = device.msix(wq + 1);
    long permission =
        pasid == NO_PASID ? 0 : Permission.PASID.set(Permission.PASID_ENABLE.mask(), pasid);
    set(Register.MSIXPERM_ENTRY, wq + 1, permission);
    return new DsaQueue(device, wq, size, shared, handle(wq + 1, 0), interrupt, false);
  }

  /** Waits for everything submitted, then takes all queues and the device out of service. */
  public void disable() {
    queues.clear();
    command(Command.DISABLE_DEVICE, 0);
    command(Command.RESET_DEVICE, 0);
  }

  /**
   * Runs a command and waits for its interrupt.
   *
   * @return the result field of the command status
   * @throws DriverException if the function reports an error or nothing at all
   */
  public int command(Command command, int operand) {
    long seen = misc.count();
    set(Register.CMD, 0, Cmd.INTERRUPT.mask() | Cmd.CODE.set(operand, command.code()));
    long deadline = System.nanoTime() + COMMAND_TIMEOUT;
    while ((pendingCauses & Intcause.COMMAND) == 0) {
      seen = misc.await(seen, deadline - System.nanoTime());
      serveEvents();
      if (deadline - System.nanoTime() <= 0) {
        throw new DriverException(command + " was not completed by an interrupt");
      }
    }
    pendingCauses &= ~Intcause.COMMAND;
    long status = get(Register.CMDSTATUS, 0);
    if (CmdStatus.ERROR.get(status) != 0) {
      throw new DriverException(
          command + " failed with error 0x" + Long.toHexString(CmdStatus.ERROR.get(status)));
    }
    return (int) CmdStatus.RESULT.get(status);
  }

  @Override
  public void close() {
    queues.clear();
    reset();
    device.writeConfig(FunctionSwitches.COMMAND, 2, 0);
  }

  private int findExtended(int capability) {
    int at = EXTENDED;
    for (int steps = 0; at != 0 && steps < 480; steps++) {
      int header = device.readConfig(at, 4);
      if ((header & 0xFFFF) == capability) {
        return at;
      }
      at = header >>> 20 & 0xFFC;
    }
    throw new DriverException("the function has no extended capability " + capability);
  }

  private void reset() {
    set(Register.CMD, 0, Cmd.CODE.set(0, Command.RESET_DEVICE.code()));
    long deadline = System.nanoTime() + COMMAND_TIMEOUT;
    while (CmdStatus.ACTIVE.get(get(Register.CMDSTATUS, 0)) != 0) {
      if (System.nanoTime() - deadline > 0) {
        throw new DriverException("RESET_DEVICE does not end");
      }
      Thread.onSpinWait();
    }
  }

  private void configure(int wq, int size, boolean shared) {
    set(Register.WQCFG_SIZE, wq, size);
    set(Register.WQCFG_THRESHOLD, wq, size);
    long mode = Wqcfg.DEDICATED.set(0, shared ? 0 : 1);
    if (pasid != NO_PASID) {
      mode = Wqcfg.PASID.set(mode | Wqcfg.PASID_ENABLE.mask(), pasid);
    }
    set(Register.WQCFG_MODE, wq, Wqcfg.PRIORITY.set(mode, 10));
    long gencap = get(Register.GENCAP, 0);
    long limits = Wqcfg.TRANSFER_SHIFT.set(0, gencap >>> 16 & 0x1F);
    set(Register.WQCFG_LIMITS, wq, Wqcfg.BATCH_SHIFT.set(limits, gencap >>> 21 & 0xF));
  }

  /**
   * Serves what the function has to tell: errors are noted, and revoked interrupt handles are asked
   * for again. To be called by the thread of the control path.
   *
   * @param nanos how long to wait for something
   */
  public void serve(long nanos) {
    misc.await(served, nanos);
    serveEvents();
    if ((pendingCauses & Intcause.HANDLES_REVOKED) != 0) {
      pendingCauses &= ~Intcause.HANDLES_REVOKED;
      revocations++;
      for (DsaQueue queue : queues) {
        // Handles of a store that the driver owns are its own to renew.
        if (!queue.usesIms()) {
          queue.renew(handle(queue.index() + 1, 0));
        }
      }
    }
  }

  /** {@return how often interrupt handles were revoked and asked for again} */
  public long revocations() {
    return revocations;
  }

  private int handle(int entry, int table) {
    boolean byCommand = (commands & 1 << Command.REQUEST_INT_HANDLE.code()) != 0;
    return byCommand ? command(Command.REQUEST_INT_HANDLE, entry | table) : entry;
  }

  /** What the handler of vector 0 does: acknowledge first, then look, so that no cause is lost. */
  private void serveEvents() {
    served = misc.count();
    int causes = (int) get(Register.INTCAUSE, 0);
    set(Register.INTCAUSE, 0, causes & 0xFFFFFFFFL);
    pendingCauses |= causes;
    if ((causes & Intcause.SOFTWARE_ERROR) != 0) {
      long word0 = get(Register.SWERROR0, 0);
      errors.add(new SoftwareError((int) (word0 >>> 8) & 0xFF, word0, get(Register.SWERROR2, 0)));
      set(Register.SWERROR0, 0, 3);
    }
  }

  private long get(Register register, int index) {
    return device.read(CONTROL, register.address(index, offsets), register.width());
  }

  private void set(Register register, int index, long value) {
    device.write(CONTROL, register.address(index, offsets), register.width(), value);
  }
}

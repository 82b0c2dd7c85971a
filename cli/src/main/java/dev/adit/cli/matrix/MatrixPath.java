package dev.adit.cli.matrix;

import dev.adit.cli.matrix.MatrixResult.Hop;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.domain.BusDomain;
import dev.adit.interrupts.remap.Outcome;
import dev.adit.machine.Machine;
import dev.adit.machine.MachinePciDevice;
import dev.adit.machine.PhysicalMachine;
import java.util.ArrayList;
import java.util.List;

/** The way of a completion interrupt, with what was found at each step of the run. */
final class MatrixPath {
  private static final String MINIMAL =
      "queue of a minimal function (no DSA: as mlx5 would have it)";

  private MatrixPath() {}

  static List<Hop> of(
      MatrixRow.Setup setup, MachinePciDevice device, PhysicalMachine host, Machine machine) {
    BusDomain.Interrupt interrupt = device.last();
    boolean ims = device.store().startsWith("IMS");
    List<Hop> hops = new ArrayList<>();
    hops.add(new Hop("device", device(setup) + " completes a work item"));
    hops.add(new Hop("store", device.store() + ", entry " + interrupt.index()));
    Message stored = interrupt.message();
    if (setup.guest() && !ims) {
      hops.add(new Hop("guest", "stored " + stored + ", which means something to the guest only"));
      hops.add(new Hop("hypervisor", trap(setup)));
    } else if (setup.guest()) {
      hops.add(new Hop("guest", "stored " + stored + " itself, as the hypercall returned it"));
    } else {
      hops.add(new Hop("driver", "stored " + stored + ", as the platform composed it"));
    }
    Outcome outcome = host.tally().last();
    hops.add(new Hop("remapper", remapper(setup, outcome)));
    hops.add(new Hop("processor", processor(machine, outcome)));
    return hops;
  }

  /** What the function is. A DSA keeps no messages in queue memory, so those rows have another. */
  private static String device(MatrixRow.Setup setup) {
    return switch (setup.device()) {
      case DSA -> "DSA work queue";
      case DSA_WITH_PASID ->
          setup.level() == IsolationLevel.REMAPPER_PASID
              ? "DSA work queue with PASID, messages tagged with it,"
              : "DSA work queue with PASID";
      case DSA_VIEW -> "work queue of a physical DSA, lent to a virtual one with a PASID,";
      case QUEUES -> MINIMAL;
      case QUEUES_WITH_PASID -> MINIMAL + ", with PASID,";
      case QUEUES_OWN_IOMMU -> MINIMAL + ", with an IOMMU of its own,";
      case SDI -> "SDI with a requester ID of its own";
    };
  }

  private static String trap(MatrixRow.Setup setup) {
    String table = setup.viommu() ? ", read by the guest's own remapping table" : "";
    return setup.device() == MatrixRow.Device.DSA_VIEW
        ? "trapped the table" + table + "; an IMS entry of the physical function backs the vector"
        : "trapped the table" + table + "; stored a real message in the device's";
  }

  private static String remapper(MatrixRow.Setup setup, Outcome outcome) {
    String checks =
        switch (setup.level()) {
          case NONE -> "nothing checked";
          case REQUESTER_ID, DEVICE_PASID -> "requester ID checked";
          case REMAPPER_PASID -> "requester ID and PASID checked";
        };
    return "entry " + outcome.index() + ", " + checks;
  }

  private static String processor(Machine machine, Outcome outcome) {
    String vector = "vector 0x%x".formatted(outcome.vector());
    return switch (outcome.kind()) {
      case POSTED, NOTIFIED -> "posted to " + machine.name() + ", " + vector;
      case REMAPPED, COMPATIBILITY ->
          "processor " + outcome.destination() + " of " + machine.name() + ", " + vector;
      case NOT_INTERRUPT, FAULT, UNSUPPORTED, IGNORED -> outcome.toString();
    };
  }
}

package dev.adit.cli.serve;

import dev.adit.cli.boot.GuestFiles;
import dev.adit.host.VmArguments;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Prints what a VM needs to use a served function. */
public final class EmitOptions {
  /** Whose words. */
  enum Vmm {
    QEMU("qemu"),
    LIBVIRT("libvirt"),
    CLOUD_HYPERVISOR("cloud-hypervisor");

    private final String text;

    Vmm(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  @Option(
      names = "--emit",
      paramLabel = "VMM",
      description = {
        "Serve nothing; print the arguments a VM needs to use the socket:",
        "${COMPLETION-CANDIDATES}."
      })
  private @Nullable Vmm vmm;

  @Option(names = "--viommu", description = "With --emit: give the VM a virtual IOMMU.")
  private boolean viommu;

  /** {@return whether something is to be printed instead of served} */
  boolean wanted() {
    return vmm != null;
  }

  /** {@return a machine that this host can run; QEMU's translator needs a plugin} */
  public static VmArguments machine(Path socket, PortalAccess portals) {
    VmArguments machine = VmArguments.of(socket).withAccelerator(portals.accelerator());
    return machine.accelerator() == VmArguments.Accelerator.TCG
        ? machine.withPlugin(GuestFiles.standard().plugin())
        : machine;
  }

  /** {@return the QEMU for a machine: that of 'adit guest setup' where a plugin needs a new one} */
  public static String program(VmArguments machine) {
    Path own = GuestFiles.standard().qemu();
    return machine.plugin().isPresent() && Files.isExecutable(own)
        ? own.toString()
        : "qemu-system-x86_64";
  }

  /**
   * Prints the arguments.
   *
   * @param notes is told what to do besides
   */
  void print(PrintWriter out, PrintWriter notes, Path socket, DsaOptions dsa) {
    VmArguments machine = machine(socket, dsa.portals()).withViommu(viommu);
    if (vmm != Vmm.CLOUD_HYPERVISOR && machine.plugin().filter(p -> !Files.exists(p)).isPresent()) {
      notes.println("adit: the plugin is not there yet; 'adit guest setup' makes it");
    }
    if (!machine.kernelParameters().isEmpty()) {
      notes.println(
          "adit: the guest's kernel needs " + String.join(" ", machine.kernelParameters()));
    }
    switch (vmm) {
      case QEMU -> out.println(VmArguments.shell(machine.qemu()));
      case LIBVIRT -> out.println(machine.libvirt());
      case CLOUD_HYPERVISOR -> out.println(VmArguments.shell(machine.cloudHypervisor()));
      case null -> {}
    }
    out.flush();
    notes.flush();
  }
}

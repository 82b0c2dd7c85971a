package dev.adit.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a virtual machine needs to use a function on a vfio-user socket, in the words of each VMM:
 * memory that the server can map, the device, and what the guest's drivers ask of the processor.
 *
 * @param socket where the function is served
 * @param accelerator who executes the guest
 * @param plugin makes QEMU's translator execute MOVDIR64B; of use with {@link Accelerator#TCG} only
 * @param processors virtual processors
 * @param memoryMib memory of the guest in MiB
 * @param viommu whether the guest gets a virtual IOMMU with interrupt remapping
 */
public record VmArguments(
    Path socket,
    Accelerator accelerator,
    Optional<Path> plugin,
    int processors,
    int memoryMib,
    boolean viommu) {

  /** Who executes the guest. */
  public enum Accelerator {
    /** QEMU's translator. */
    TCG,
    /** The host's kernel and processor. */
    KVM;

    /**
     * {@return what this machine offers a guest that needs MOVDIR64B: KVM only if the processor has
     * the instruction, as nothing can add it there, and virtualization of its own, as a KVM without
     * it (PVM) starts a stock kernel and never gets anywhere}
     */
    public static Accelerator ofThisMachine() {
      Path kvm = Path.of("/dev/kvm");
      boolean usable = Files.isReadable(kvm) && Files.isWritable(kvm);
      return usable && processorHas("movdir64b") && processorHas("vmx|svm") ? KVM : TCG;
    }

    /**
     * @param flag a name of /proc/cpuinfo, or alternatives as in a regular expression
     */
    private static boolean processorHas(String flag) {
      try {
        String flags = Files.readString(Path.of("/proc/cpuinfo"));
        return Pattern.compile("(?m)^flags\\s*:.*\\b(?:" + flag + ")\\b").matcher(flags).find();
      } catch (IOException e) {
        return false;
      }
    }
  }

  /** Checks the numbers. */
  public VmArguments {
    if (processors < 1 || memoryMib < 1) {
      throw new IllegalArgumentException("a machine needs a processor and memory");
    }
    socket = socket.toAbsolutePath().normalize();
  }

  /** {@return one processor, 512 MiB, no vIOMMU, and the best accelerator of this machine} */
  public static VmArguments of(Path socket) {
    return new VmArguments(socket, Accelerator.ofThisMachine(), Optional.empty(), 1, 512, false);
  }

  /** {@return these arguments with a plugin} */
  public VmArguments withPlugin(Path other) {
    return new VmArguments(socket, accelerator, Optional.of(other), processors, memoryMib, viommu);
  }

  /** {@return these arguments with or without a virtual IOMMU} */
  public VmArguments withViommu(boolean other) {
    return new VmArguments(socket, accelerator, plugin, processors, memoryMib, other);
  }

  /** {@return these arguments with another accelerator} */
  public VmArguments withAccelerator(Accelerator other) {
    return new VmArguments(socket, other, plugin, processors, memoryMib, viommu);
  }

  /** {@return these arguments with other sizes} */
  public VmArguments withSizes(int newProcessors, int newMemoryMib) {
    return new VmArguments(socket, accelerator, plugin, newProcessors, newMemoryMib, viommu);
  }

  /** {@return what the command line of the guest's kernel must contain} */
  public List<String> kernelParameters() {
    return viommu ? List.of("intel_iommu=on") : List.of();
  }

  /** {@return arguments for {@code qemu-system-x86_64}, version 10.1 or newer (TCG: 11.1)} */
  public List<String> qemu() {
    List<String> arguments = new ArrayList<>();
    // Under KVM, remapping needs the I/O APIC in QEMU.
    String split = viommu && accelerator == Accelerator.KVM ? ",kernel-irqchip=split" : "";
    add(arguments, "-machine", "q35,memory-backend=ram" + split);
    switch (accelerator) {
      case KVM -> {
        add(arguments, "-accel", "kvm");
        add(arguments, "-cpu", "host");
      }
      case TCG -> {
        add(arguments, "-accel", "tcg,thread=multi");
        add(arguments, "-cpu", "max,x-force-features=on,+movdir64b");
        plugin.ifPresent(file -> add(arguments, "-plugin", file.toString().replace(",", ",,")));
      }
    }
    add(arguments, "-smp", Integer.toString(processors));
    add(arguments, "-m", memoryMib + "M");
    String memory = "memory-backend-memfd,id=ram,size=" + memoryMib + "M,share=on";
    add(arguments, "-object", memory);
    if (viommu) {
      // Without caching mode the device would not hear of mappings the guest makes.
      add(arguments, "-device", "intel-iommu,intremap=on,caching-mode=on");
    }
    add(arguments, "-device", device());
    return arguments;
  }

  /** {@return the parts of a libvirt domain, which has no element for vfio-user of its own} */
  public String libvirt() {
    List<String> lines = new ArrayList<>();
    boolean kvm = accelerator == Accelerator.KVM;
    lines.add(
        "<domain type='%s' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>"
            .formatted(kvm ? "kvm" : "qemu"));
    lines.add("  <memory unit='MiB'>" + memoryMib + "</memory>");
    lines.add("  <memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>");
    lines.add("  <vcpu>" + processors + "</vcpu>");
    lines.add("  <cpu mode='" + (kvm ? "host-passthrough" : "maximum") + "'/>");
    if (viommu) {
      lines.add("  <features><ioapic driver='qemu'/></features>");
      lines.add("  <devices>");
      lines.add("    <iommu model='intel'><driver intremap='on' caching_mode='on'/></iommu>");
      lines.add("  </devices>");
    }
    lines.add("  <qemu:commandline>");
    if (!kvm) {
      addLibvirt(lines, "-global", "max-x86_64-cpu.x-force-features=on");
      addLibvirt(lines, "-global", "max-x86_64-cpu.movdir64b=on");
      plugin.ifPresent(file -> addLibvirt(lines, "-plugin", file.toString().replace(",", ",,")));
    }
    addLibvirt(lines, "-device", device());
    lines.add("  </qemu:commandline>");
    lines.add("</domain>");
    return String.join("\n", lines);
  }

  /**
   * {@return arguments for {@code cloud-hypervisor}, which always uses KVM}
   *
   * @throws IllegalStateException if a vIOMMU is asked for: Cloud Hypervisor puts no vfio-user
   *     device behind its own
   */
  public List<String> cloudHypervisor() {
    if (viommu) {
      throw new IllegalStateException(
          "Cloud Hypervisor puts no vfio-user device behind a virtual IOMMU");
    }
    List<String> arguments = new ArrayList<>();
    add(arguments, "--cpus", "boot=" + processors);
    add(arguments, "--memory", "size=" + memoryMib + "M,shared=on");
    String path = socket.toString();
    add(arguments, "--user-device", "socket=" + (path.contains(",") ? '"' + path + '"' : path));
    return arguments;
  }

  /** {@return arguments as one line for a shell} */
  public static String shell(List<String> arguments) {
    return arguments.stream().map(VmArguments::quote).collect(Collectors.joining(" "));
  }

  /** QEMU takes this device in JSON only, as an option of it is an object. */
  private String device() {
    return "{\"driver\":\"vfio-user-pci\",\"socket\":{\"path\":\"%s\",\"type\":\"unix\"}}"
        .formatted(json(socket.toString()));
  }

  private static void add(List<String> arguments, String option, String value) {
    arguments.add(option);
    arguments.add(value);
  }

  private static void addLibvirt(List<String> lines, String option, String value) {
    lines.add("    <qemu:arg value='%s'/><qemu:arg value='%s'/>".formatted(option, xml(value)));
  }

  private static String json(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 0x20) {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  private static String xml(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&apos;");
  }

  private static String quote(String argument) {
    return argument.matches("[A-Za-z0-9_@%+=:,./-]+")
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }
}

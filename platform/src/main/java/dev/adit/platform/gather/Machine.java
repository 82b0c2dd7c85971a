package dev.adit.platform.gather;

import dev.adit.pci.FileTree;
import dev.adit.pci.PciAddress;
import dev.adit.pci.SeenFunction;
import dev.adit.pci.SiovSupport;
import dev.adit.pci.SysfsReader;
import dev.adit.platform.Evidence;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What could be gathered about a machine.
 *
 * @param name what it calls itself
 * @param kernel the release of its kernel, or "unknown"
 * @param evidence its answers; functions add theirs
 * @param details what else was decoded, a line each
 * @param problems what was wrong with what was read, with its source
 * @param functions its functions, by address
 */
public record Machine(
    String name,
    String kernel,
    Evidence evidence,
    List<String> details,
    List<String> problems,
    List<Part> functions) {

  /**
   * A function of the machine.
   *
   * @param function the function
   * @param siov what it says about Scalable I/O Virtualization
   * @param evidence the answers of machine and function
   */
  public record Part(SeenFunction function, SiovSupport siov, Evidence evidence) {
    /** {@return the family that somebody brought evidence of} */
    public Optional<FamilyEvidence> family() {
      return Families.of(function);
    }
  }

  /** {@return what a tree shows of its machine} */
  public static Machine of(FileTree tree, Predicate<PciAddress> wanted) {
    Sheet sheet = new Sheet(tree);
    ProcessorSigns.gather(sheet);
    FirmwareSigns.gather(sheet);
    AcpiSigns.gather(sheet);
    KernelSigns.gather(sheet);
    Families.all().forEach(family -> family.machine(sheet));
    IommuSigns iommus = IommuSigns.gather(sheet);
    Evidence evidence = sheet.evidence();
    List<Part> parts =
        SysfsReader.read(tree, wanted).stream()
            .map(each -> part(tree, each, evidence.and(iommus.of(each.address()))))
            .toList();
    return new Machine(
        name(tree),
        KernelSigns.release(sheet).orElse("unknown"),
        evidence,
        List.copyOf(sheet.details()),
        List.copyOf(sheet.problems()),
        parts);
  }

  private static Part part(FileTree tree, SeenFunction function, Evidence machine) {
    SiovSupport siov = SiovSupport.of(function);
    return new Part(function, siov, machine.and(FunctionSigns.gather(tree, function, siov)));
  }

  private static String name(FileTree tree) {
    String name =
        tree instanceof Capture capture
            ? capture.head("name").orElse("")
            : tree.text("proc/sys/kernel/hostname").orElse("");
    String shown = Sheet.printable(name);
    return shown.isEmpty() ? tree.origin() : shown;
  }
}

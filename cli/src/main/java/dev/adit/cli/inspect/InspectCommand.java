package dev.adit.cli.inspect;

import dev.adit.cli.output.Output;
import dev.adit.pci.PciAddress;
import dev.adit.pci.PciIds;
import dev.adit.pci.SeenFunction;
import dev.adit.pci.Selection;
import java.io.BufferedWriter;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code adit inspect}: what the PCI functions of a machine can do. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    usageHelpWidth = 90,
    description = "Shows what PCI functions can do: SIOV, IMS, MSI-X, PASID and the rest.",
    footer = {
      "",
      "In the table '-' means absent and '?' hidden: its place could not be read, or",
      "somebody filters what we see. SIOV is the generation: 1 for Intel's DVSEC, 2 for",
      "PCIe 7.0. VFS and PASID are what the function can do: most VFs, bits of a PASID.",
      "",
      "Exit status: 0 done, also when nothing was selected; 1 something could not be",
      "read; 2 wrong usage; 3 a condition of --fail-on holds.",
      "",
      "Examples:",
      "  adit inspect                              the functions of this machine",
      "  adit inspect -vv -s 6a:01.0               every field of one",
      "  lspci -xxxx >host.txt                     on another host, as root; then here",
      "  adit inspect -F host.txt -d 8086: --json  Intel's functions in it, for a program",
      "  lspci -vvv -nn | adit inspect -F - -vv    what the text of lspci tells",
      "  adit inspect --json-lines *.tar | jq -r 'select(.siov.ims==\"present\") | .address'",
      "  adit inspect --fail-on=noims *.tar        is there a function with IMS on any host?"
    })
public final class InspectCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private Output output;

  @Option(
      names = "--sysfs",
      paramLabel = "DIR",
      description = "Read a copied tree: DIR/sys/bus/pci/devices, or DIR is the copy of /sys.")
  private @Nullable Path sysfs;

  @Option(
      names = "-F",
      paramLabel = "FILE",
      description = {
        "Read what lspci printed, bytes ('-xxxx'), text ('-vvv -nn')",
        "or both, as it was pasted; '-' is standard input. What a text",
        "does not tell is hidden."
      })
  private @Nullable Path dump;

  @Parameters(
      paramLabel = "CAPTURE",
      arity = "0..*",
      description = "Read captures made by 'adit capture', one report for each.")
  private List<Path> captures = new ArrayList<>();

  @Option(
      names = "-s",
      paramLabel = "ADDRESS",
      description = "Only functions at [[[domain]:]bus]:][device][.[function]]; parts may be '*'.")
  private String address = "";

  @Option(
      names = "-d",
      paramLabel = "IDS",
      description =
          "Only functions with [vendor]:[device][:class[:prog-if]]; class digits may be x.")
  private String ids = "";

  @Option(names = "-n", description = "Numbers instead of names; twice (-nn), both.")
  private boolean[] numbers = {};

  @Option(names = "-v", description = "One block for each function; twice (-vv), every field.")
  private boolean[] verbose = {};

  @Option(names = "-t", description = "The tree of buses.")
  private boolean tree;

  @Option(names = "-x", description = "The bytes: 64, with -xxx 256, with -xxxx 4096.")
  private boolean[] hex = {};

  @Option(
      names = "--json-lines",
      description = "Print one JSON document a line, one for each function.")
  private boolean lines;

  @Option(names = "-D", description = "Always the domain, also where it is 0.")
  private boolean domains;

  @Option(names = "-k", description = "Kernel facts of each function: driver, group, NUMA node.")
  private boolean kernel;

  @Option(
      names = "--fail-on",
      paramLabel = "WHAT",
      split = ",",
      description = "Exit with 3 if no function is selected or has it: ${COMPLETION-CANDIDATES}.")
  private Set<FailOn> failOn = Set.of();

  /** Conditions of --fail-on, spelt as users type them. */
  enum FailOn {
    none,
    nosiov,
    noims
  }

  @Override
  public Integer call() {
    Predicate<PciAddress> byAddress = selection(() -> Selection.address(address));
    Predicate<SeenFunction> byIds =
        ids.isEmpty() ? function -> true : selection(() -> Selection.ids(ids));
    List<InspectSource> sources = InspectSource.of(spec, sysfs, dump, captures);
    // The command line's own writer flushes each line.
    PrintWriter out = new PrintWriter(new BufferedWriter(spec.commandLine().getOut(), 1 << 16));
    InspectPrinter printer = printer(out);
    Tally tally = new Tally(!failOn.isEmpty());
    for (InspectSource source : sources) {
      try {
        List<SeenFunction> functions = new ArrayList<>(source.read(byAddress));
        functions.removeIf(byIds.negate());
        tally.add(functions);
        printer.source(source.name(), functions, sources.size() > 1);
      } catch (RuntimeException e) {
        tally.broken = true;
        spec.commandLine().getErr().println("adit: " + e.getMessage());
        printer.broken(source.name(), String.valueOf(e.getMessage()));
      }
    }
    printer.end();
    out.flush();
    tally.explain(spec.commandLine().getErr());
    return tally.exitCode(failOn);
  }

  private InspectPrinter printer(PrintWriter out) {
    InspectNames names = new InspectNames(PciIds.ofSystem(), Math.min(numbers.length, 2), domains);
    if (lines) {
      return InspectJson.lines(output.generator(out), names);
    }
    if (output.json()) {
      return InspectJson.document(output.generator(out), names);
    }
    if (tree) {
      return new InspectTree(out, names);
    }
    if (hex.length > 0 || verbose.length > 0 || kernel) {
      return new InspectText(
          out, names, output, new InspectText.Detail(verbose.length, hex.length, kernel));
    }
    return new InspectTable(out, names, output);
  }

  private <T> T selection(Supplier<T> parse) {
    try {
      return parse.get();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }
}

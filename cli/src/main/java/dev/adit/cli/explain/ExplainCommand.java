package dev.adit.cli.explain;

import dev.adit.cli.output.ExitCode;
import dev.adit.cli.output.Output;
import dev.adit.pci.FileTree;
import dev.adit.pci.PciAddress;
import dev.adit.pci.Selection;
import dev.adit.platform.Decision;
import dev.adit.platform.Evidence;
import dev.adit.platform.Ims;
import dev.adit.platform.Use;
import dev.adit.platform.Verdict;
import dev.adit.platform.gather.Assessment;
import dev.adit.platform.gather.Capture;
import dev.adit.platform.gather.LiveMachine;
import dev.adit.platform.gather.Machine;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code adit explain}: may IMS be used here, and why. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description =
        "Says whether IMS may be used here, for which use, on what evidence, and why not.",
    footer = {
      "",
      "Without FUNCTION the verdicts are those of the platform, for a function",
      "that has everything; functions that have to do with SIOV follow. Several",
      "captures give one row each.",
      "",
      "Exit status: 0 done; 1 something could not be read (the rest is reported);",
      "2 wrong usage; 3 the verdict is negative. Naming a FUNCTION asks a",
      "yes-or-no question, so then 3 stands for 'no IMS'; otherwise only --fail-on",
      "asks for it.",
      "",
      "Examples:",
      "  adit explain                     this machine",
      "  adit explain 6a:01.0 && use-ims  one function, in a script",
      "  adit explain --ims=on host.tar   the switch, on another host",
      "  adit explain captures/*.tar      one row for each host"
    })
public final class ExplainCommand implements Callable<Integer> {
  private static final Pattern ADDRESS =
      Pattern.compile("([0-9a-fA-F*]{1,8}:)?[0-9a-fA-F*]{1,2}:[0-9a-fA-F*]{1,2}\\.[0-7*]");

  @Spec private CommandSpec spec;

  @Mixin private Output output;

  @Parameters(
      paramLabel = "FUNCTION|CAPTURE",
      arity = "0..*",
      description = "A PCI function such as 6a:01.0; files that 'adit capture' wrote.")
  private List<String> arguments = new ArrayList<>();

  @Option(
      names = "--ims",
      paramLabel = "WHEN",
      defaultValue = "auto",
      description = "The switch to explain: ${COMPLETION-CANDIDATES} (default: auto).")
  private Ims ims = Ims.AUTO;

  @Option(
      names = "--use",
      paramLabel = "USE",
      defaultValue = "function",
      description =
          "The use that the exit status is about: ${COMPLETION-CANDIDATES} (default: function).")
  private Wanted use = Wanted.function;

  @Option(
      names = "--fail-on",
      paramLabel = "WHAT",
      description =
          "Exit with 3 if IMS is denied, or allowed with a caveat only: ${COMPLETION-CANDIDATES}.")
  private @Nullable FailOn failOn;

  @Option(
      names = "--sysfs",
      paramLabel = "DIR",
      description = "Read a copied tree: DIR/sys, DIR/proc.")
  private @Nullable Path tree;

  @Option(names = "--rules", description = "Print the rules of the decision and do nothing else.")
  private boolean rules;

  @Option(names = "-v", description = "Everything that was decoded, and every rule that fired.")
  private boolean verbose;

  @Option(
      names = "--json-lines",
      description = "Print one JSON document a line, one for each host.")
  private boolean lines;

  /** Uses, spelt as users type them. */
  enum Wanted {
    function,
    host_store,
    guest_store,
    passed,
    queue_store;

    Use use() {
      return switch (this) {
        case function -> Use.FUNCTION;
        case host_store -> Use.SUB_DEVICE_HOST_STORE;
        case guest_store -> Use.SUB_DEVICE_GUEST_STORE;
        case passed -> Use.PASSED_SUB_DEVICE;
        case queue_store -> Use.SUB_DEVICE_QUEUE_STORE;
      };
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Conditions of --fail-on. */
  enum FailOn {
    denied,
    caveat,
    never
  }

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (rules) {
      ExplainRules.print(out, output);
      out.flush();
      return ExitCode.DONE;
    }
    List<String> files = new ArrayList<>();
    List<Predicate<PciAddress>> wanted = new ArrayList<>();
    sort(files, wanted);
    boolean named = !wanted.isEmpty();
    Predicate<PciAddress> selection = wanted.stream().reduce(Predicate::or).orElse(at -> true);
    int hosts = Math.max(1, files.size());
    ExplainPrinter printer = printer(out, hosts, named);
    Score score = new Score(named);
    assess(
        files.isEmpty() ? List.of("") : files,
        selection,
        named,
        (origin, assessed) -> {
          try {
            Assessment assessment = assessed.get();
            printer.host(origin, assessment);
            score.add(assessment);
          } catch (RuntimeException e) {
            score.broken = true;
            spec.commandLine().getErr().println("adit: " + e.getMessage());
            printer.broken(origin, String.valueOf(e.getMessage()));
          }
        });
    printer.end();
    out.flush();
    score.complain(spec.commandLine().getErr());
    return score.exitCode();
  }

  /**
   * Assesses hosts and hands them on in their order, a few ahead on the other processors: memory
   * does not depend on how many hosts there are.
   */
  private void assess(
      List<String> origins,
      Predicate<PciAddress> selection,
      boolean named,
      BiConsumer<String, Supplier<Assessment>> take) {
    int ahead = Math.min(origins.size(), Runtime.getRuntime().availableProcessors() + 1);
    try (ExecutorService pool = Executors.newFixedThreadPool(Math.max(1, ahead - 1))) {
      Deque<CompletableFuture<Assessment>> started = new ArrayDeque<>();
      for (int i = 0; i < origins.size() + ahead; i++) {
        if (i >= ahead) {
          take.accept(origins.get(i - ahead), result(started.removeFirst()));
        }
        if (i < origins.size()) {
          String origin = origins.get(i);
          started.addLast(
              CompletableFuture.supplyAsync(
                  () -> Assessment.of(Machine.of(open(origin), selection), ims, part -> named),
                  pool));
        }
      }
    }
  }

  /** {@return a supplier that throws what the assessment threw} */
  private static Supplier<Assessment> result(CompletableFuture<Assessment> assessed) {
    return () -> {
      try {
        return assessed.join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof RuntimeException cause ? cause : e;
      }
    };
  }

  /** Tells functions from captures. */
  private void sort(List<String> files, List<Predicate<PciAddress>> wanted) {
    for (String argument : arguments) {
      if (ADDRESS.matcher(argument).matches() && !Files.exists(Path.of(argument))) {
        wanted.add(Selection.address(argument));
      } else {
        files.add(argument);
      }
    }
    if (tree != null && !files.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "Only one of --sysfs and captures");
    }
  }

  private FileTree open(String file) {
    if (!file.isEmpty()) {
      return Capture.read(Path.of(file));
    }
    if (tree == null) {
      return new LiveMachine();
    }
    if (!Files.isDirectory(tree.resolve("sys"))) {
      throw new IllegalArgumentException(tree + ": has no folder sys in it");
    }
    return FileTree.directory(tree);
  }

  private ExplainPrinter printer(PrintWriter out, int hosts, boolean named) {
    if (lines) {
      return ExplainJson.lines(out, output);
    }
    if (output.json()) {
      return ExplainJson.document(out, output);
    }
    return hosts > 1 && !named && !verbose
        ? new ExplainTable(out, output)
        : new ExplainText(out, output, new ExplainText.Detail(verbose, named));
  }

  /** What the exit status and the complaints come from. */
  private final class Score {
    private final boolean named;
    private final Set<String> complaints = new TreeSet<>();
    private boolean negative;
    private boolean found;
    private boolean broken;

    Score(boolean named) {
      this.named = named;
    }

    void add(Assessment assessment) {
      List<Evidence> judged =
          named
              ? assessment.functions().stream().map(each -> each.part().evidence()).toList()
              : List.of(assessment.everything());
      for (Evidence evidence : judged) {
        found = true;
        Verdict verdict = Decision.decide(evidence, use.use(), ims);
        negative |= !verdict.allowed() || (failOn == FailOn.caveat && !verdict.caveats().isEmpty());
        verdict
            .complaints()
            .forEach(
                rule ->
                    complaints.add(
                        assessment.machine().name() + ": " + rule.text() + " " + verdict.reason()));
      }
    }

    void complain(PrintWriter err) {
      complaints.forEach(complaint -> err.println("adit: WARNING: " + complaint));
      if (named && !found && !broken) {
        err.println("adit: no such function");
      }
      err.flush();
    }

    int exitCode() {
      if (broken || (named && !found)) {
        return ExitCode.FAILED;
      }
      boolean asked = failOn == null ? named : failOn != FailOn.never;
      return asked && negative ? ExitCode.NEGATIVE : ExitCode.DONE;
    }
  }
}

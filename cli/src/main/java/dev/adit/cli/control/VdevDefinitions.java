package dev.adit.cli.control;

import dev.adit.cli.output.ExitCode;
import dev.adit.host.control.DeviceDefinition;
import dev.adit.host.control.Documents;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The verbs that change what is kept. */
final class VdevDefinitions {
  private VdevDefinitions() {}

  /** {@code adit vdev define}. */
  @Command(
      name = "define",
      mixinStandardHelpOptions = true,
      description = "Keep the definition of a device, or of several; start none.",
      footer = {
        "",
        "Examples:",
        "  adit vdev define --type 1dwq --name one --auto",
        "  adit vdev define --type 1swq --name two --set portals=mmap",
        "  adit vdev define --file one.json --dry-run"
      })
  static final class Define implements Callable<Integer> {
    @Mixin private DefinitionOptions definition;
    @Mixin private ControlOptions control;
    @Mixin private VdevOutput output;

    @Option(names = "--dry-run", description = DeviceVerb.DRY)
    private boolean dryRun;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      if (!definition.given()) {
        throw new ParameterException(spec.commandLine(), "Give --type or --file");
      }
      String done = dryRun ? "would be defined" : "defined";
      definition.ask("vdev.define", dryRun, control, device -> output.device(spec, device, done));
      return ExitCode.DONE;
    }
  }

  /** {@code adit vdev undefine}. */
  @Command(
      name = "undefine",
      mixinStandardHelpOptions = true,
      description = "Forget the definition of a device; an active one goes on until it is stopped.",
      footer = {"", "Examples:", "  adit vdev undefine one"})
  static final class Undefine extends DeviceVerb {
    Undefine() {
      super("vdev.undefine", "forgotten");
    }
  }

  /** {@code adit vdev modify}. */
  @Command(
      name = "modify",
      mixinStandardHelpOptions = true,
      description = {
        "Change the definition of a device. An active device goes on as it was started;",
        "the change comes with its next start."
      },
      footer = {
        "",
        "Examples:",
        "  adit vdev modify one --auto --set socket-group=kvm --set socket-mode=0660",
        "  adit vdev modify one --manual --unset socket-mode"
      })
  static final class Modify implements Callable<Integer> {
    @Parameters(paramLabel = "DEVICE", description = "Its name or UUID.")
    private String device;

    @Option(names = "--auto", description = "Start it with the server.")
    private boolean auto;

    @Option(names = "--manual", description = "Do not start it with the server.")
    private boolean manual;

    @Option(
        names = "--set",
        paramLabel = "NAME=VALUE",
        description = "Set an attribute; repeatable.")
    private Map<String, String> set = new LinkedHashMap<>();

    @Option(
        names = "--unset",
        paramLabel = "NAME",
        description = "Take an attribute away; repeatable.")
    private List<String> unset = new ArrayList<>();

    @Option(
        names = "--file",
        paramLabel = "FILE",
        description = "Take the whole definition from a file.")
    private @Nullable Path file;

    @Option(names = "--dry-run", description = DeviceVerb.DRY)
    private boolean dryRun;

    @Mixin private ControlOptions control;
    @Mixin private VdevOutput output;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      boolean single = auto || manual || !set.isEmpty() || !unset.isEmpty();
      if (single == (file != null) || (auto && manual)) {
        throw new ParameterException(
            spec.commandLine(), "Give --file, or some of --auto or --manual, --set and --unset");
      }
      Map<String, Object> arguments = new LinkedHashMap<>();
      arguments.put("device", device);
      arguments.put("dry-run", dryRun);
      if (file != null) {
        arguments.put("definition", DeviceDefinition.read(Documents.read(file)).plain());
      } else {
        if (auto || manual) {
          arguments.put("start", auto ? "auto" : "manual");
        }
        arguments.put("set", set);
        arguments.put("unset", unset);
      }
      View changed = control.ask("vdev.modify", arguments);
      output.device(spec, changed, dryRun ? "would be changed" : "changed");
      return ExitCode.DONE;
    }
  }
}

package dev.adit.cli.control;

import dev.adit.cli.output.ExitCode;
import dev.adit.cli.serve.EmitOptions;
import dev.adit.cli.serve.PortalAccess;
import dev.adit.host.VmArguments;
import dev.adit.host.control.Documents;
import dev.adit.host.control.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
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

/** The verbs that do something to active devices. */
final class VdevActions {
  private VdevActions() {}

  /** {@code adit vdev start}. */
  @Command(
      name = "start",
      mixinStandardHelpOptions = true,
      description = {
        "Serve a device that is defined, or one that the options describe and that is not kept.",
        "-v adds the arguments of QEMU for a virtual machine that uses it."
      },
      footer = {
        "",
        "Examples:",
        "  adit vdev start one --verbose",
        "  adit vdev start --type 1dwq --name passing    gone once stopped"
      })
  static final class Start implements Callable<Integer> {
    @Parameters(paramLabel = "DEVICE", arity = "0..1", description = "Its name or UUID.")
    private @Nullable String device;

    @Option(names = "--dry-run", description = DeviceVerb.DRY)
    private boolean dryRun;

    @Option(
        names = {"-v", "--verbose"},
        description = "Print the arguments for QEMU, too.")
    private boolean verbose;

    @Mixin private DefinitionOptions definition;
    @Mixin private ControlOptions control;
    @Mixin private VdevOutput output;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      if ((device == null) != definition.given()) {
        throw new ParameterException(
            spec.commandLine(), "Give either a DEVICE, or --type or --file");
      }
      if (device != null) {
        report(control.ask("vdev.start", Map.of("device", device, "dry-run", dryRun)));
        return ExitCode.DONE;
      }
      definition.ask("vdev.start", dryRun, control, this::report);
      return ExitCode.DONE;
    }

    private void report(View started) {
      output.device(spec, started, dryRun ? "would be started" : "is served");
      String socket = started.get("state").get("socket").text();
      if (verbose && !output.json() && !socket.isEmpty()) {
        PortalAccess portals = PortalAccess.of(VdevOutput.attribute(started, "portals"));
        VmArguments vm = EmitOptions.machine(Path.of(socket), portals);
        String arguments = VmArguments.shell(vm.qemu());
        spec.commandLine().getOut().println("  " + EmitOptions.program(vm) + " " + arguments);
      }
    }
  }

  /** {@code adit vdev stop}. */
  @Command(
      name = "stop",
      mixinStandardHelpOptions = true,
      description = "Drain a device and end it; its definition stays.",
      footer = {"", "Examples:", "  adit vdev stop one", "  adit vdev stop one --force"})
  static final class Stop extends DeviceVerb {
    @Option(names = "--force", description = "Take it away from the guest that uses it.")
    private boolean force;

    Stop() {
      super("vdev.stop", "stopped");
    }

    @Override
    void tell(Map<String, Object> arguments) {
      arguments.put("force", force);
    }
  }

  /** {@code adit vdev reset}. */
  @Command(
      name = "reset",
      mixinStandardHelpOptions = true,
      description = "Put a device back to its state at power-on, as its guest could.",
      footer = {"", "Examples:", "  adit vdev reset one"})
  static final class Reset extends DeviceVerb {
    Reset() {
      super("vdev.reset", "reset");
    }
  }

  /** {@code adit vdev revoke}. */
  @Command(
      name = "revoke",
      mixinStandardHelpOptions = true,
      description = "Take back the interrupt handles of a device; its driver asks for new ones.",
      footer = {"", "Examples:", "  adit vdev revoke one --dry-run", "  adit vdev revoke one"})
  static final class Revoke extends DeviceVerb {
    Revoke() {
      super("vdev.revoke", "asked to renew its handles");
    }
  }

  /** {@code adit vdev suspend}. */
  @Command(
      name = "suspend",
      mixinStandardHelpOptions = true,
      description = {
        "Drain a device and hold it; what its guest submits waits.",
        "With --to its state is saved, to go on here or with another server."
      },
      footer = {
        "",
        "Examples:",
        "  adit vdev suspend one",
        "  adit vdev suspend one --to one.state    which 'resume --from' takes"
      })
  static final class Suspend extends DeviceVerb {
    @Option(names = "--to", paramLabel = "FILE", description = "Where its state goes.")
    private @Nullable Path file;

    Suspend() {
      super("vdev.suspend", "suspended");
    }

    @Override
    void finish(View saved) throws IOException {
      if (file != null) {
        save(file, Json.line(saved.plain()));
      }
    }

    /** The state holds what the guest has submitted: nobody else may read it. */
    private static void save(Path file, String text) throws IOException {
      Path fresh = file.resolveSibling(file.getFileName() + ".new");
      Files.deleteIfExists(fresh);
      Files.createFile(
          fresh,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(fresh, text + "\n");
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** {@code adit vdev resume}. */
  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = {
        "Let a suspended device go on, or start one with the state that a file holds.",
        "Its driver is told to ask for new interrupt handles."
      },
      footer = {"", "Examples:", "  adit vdev resume one", "  adit vdev resume --from one.state"})
  static final class Resume implements Callable<Integer> {
    @Parameters(paramLabel = "DEVICE", arity = "0..1", description = "Its name or UUID.")
    private @Nullable String device;

    @Option(names = "--from", paramLabel = "FILE", description = "What 'suspend --to' wrote.")
    private @Nullable Path file;

    @Option(names = "--dry-run", description = DeviceVerb.DRY)
    private boolean dryRun;

    @Mixin private ControlOptions control;
    @Mixin private VdevOutput output;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      Map<String, Object> arguments = new LinkedHashMap<>();
      arguments.put("dry-run", dryRun);
      if (device != null && file == null) {
        arguments.put("device", device);
      } else if (file != null && device == null) {
        Object saved = Documents.read(file).plain();
        arguments.put("saved", saved == null ? Map.of() : saved);
      } else {
        throw new ParameterException(spec.commandLine(), "Give either a DEVICE or --from");
      }
      View resumed = control.ask("vdev.resume", arguments);
      output.device(spec, resumed, dryRun ? "would go on" : "goes on");
      return ExitCode.DONE;
    }
  }
}

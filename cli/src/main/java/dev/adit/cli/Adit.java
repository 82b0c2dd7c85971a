package dev.adit.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code adit}; each verb is a class of its own. */
@Command(
    name = "adit",
    mixinStandardHelpOptions = true,
    version = "adit 0.1.0",
    description =
        "Assignable Device Interface Toolkit: tell, deliver and serve Scalable I/O Virtualization.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      InspectCommand.class,
      ExplainCommand.class,
      CaptureCommand.class,
      MatrixCommand.class,
      ServeCommand.class,
      BootCommand.class,
      DemoCommand.class,
      GuestCommand.class,
      HelpCommand.class
    },
    footer = {"", "'adit help COMMAND' tells more."})
public final class Adit implements Runnable {
  @Spec private CommandSpec spec;

  private Adit() {}

  /** Runs one command and exits with its status. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Adit())
        .setExecutionExceptionHandler(
            (e, cmd, parsed) -> {
              cmd.getErr().println("adit: " + e.getMessage());
              return ExitCode.FAILED;
            });
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }
}

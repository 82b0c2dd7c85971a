package dev.adit.cli;

import dev.adit.cli.output.ExitCode;
import java.util.List;
import java.util.function.Predicate;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code adit}; each verb is a class of its own. */
@Command(
    name = "adit",
    mixinStandardHelpOptions = true,
    version = "adit 0.1.0",
    description =
        "Assignable Device Interface Toolkit: tell, deliver and serve Scalable I/O Virtualization.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "'adit help COMMAND' tells more."})
public final class Adit implements Runnable {
  @Spec private CommandSpec spec;

  private Adit() {}

  /** Runs one command and exits with its status. */
  public static void main(String[] args) {
    List<String> words = List.of(args);
    System.exit(commandLine(verb -> words.contains(verb.text())).execute(args));
  }

  /** {@return the whole command} */
  public static CommandLine commandLine() {
    return commandLine(verb -> true);
  }

  private static CommandLine commandLine(Predicate<Verb> wanted) {
    CommandLine line = new CommandLine(new Adit());
    for (Verb verb : Verb.values()) {
      line.addSubcommand(verb.text(), wanted.test(verb) ? verb.make() : listed(verb));
    }
    line.addSubcommand(new HelpCommand());
    line.setParameterExceptionHandler((e, parsed) -> wrongUsage(e));
    return line.setExecutionExceptionHandler(
        (e, cmd, parsed) -> {
          cmd.getErr().println("adit: " + e.getMessage());
          return ExitCode.FAILED;
        });
  }

  /** A verb that is only there to be listed. */
  private static CommandSpec listed(Verb verb) {
    CommandSpec listed = CommandSpec.create().name(verb.text());
    listed.usageMessage().description(verb.description());
    return listed;
  }

  /** Says what is wrong and where help is; the whole help would push that off the screen. */
  private static int wrongUsage(ParameterException e) {
    CommandLine line = e.getCommandLine();
    line.getErr().println("adit: " + e.getMessage());
    if (!UnmatchedArgumentException.printSuggestions(e, line.getErr())) {
      line.getErr().println("Try '" + line.getCommandSpec().qualifiedName() + " --help'.");
    }
    return ExitCode.USAGE;
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getErr());
    throw new ParameterException(spec.commandLine(), "which command?");
  }
}

package io.inmesh.cli;

import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** What people are told of a failure: always something, and for files what is wrong with them. */
final class ErrorText {
  private ErrorText() {}

  static String of(Throwable failure) {
    Throwable cause = failure.getCause();
    boolean wrapper =
        failure instanceof ExecutionException || failure instanceof CompletionException;
    if (cause != null && (wrapper || bare(failure, cause))) {
      return of(cause);
    }
    if (failure instanceof NoSuchFileException missing) {
      return "there is no file " + missing.getFile();
    }
    if (failure instanceof AccessDeniedException denied) {
      return "no permission for " + denied.getFile();
    }
    if (failure instanceof NotDirectoryException no) {
      return "not a directory: " + no.getFile();
    }
    String message = failure.getMessage();
    if (failure instanceof TimeoutException && message == null) {
      return "it took too long";
    }
    return message == null
            || message.isBlank()
            || failure instanceof FileSystemException
            || failure instanceof NumberFormatException
        ? failure.toString()
        : message;
  }

  /** Whether it says nothing that its cause does not. */
  private static boolean bare(Throwable failure, Throwable cause) {
    String message = failure.getMessage();
    return message == null
        || (failure instanceof UncheckedIOException && message.equals(cause.toString()));
  }
}

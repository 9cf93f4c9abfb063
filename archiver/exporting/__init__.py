"""What an archive holds, in the forms that others work with: packages, tables, annotations."""
